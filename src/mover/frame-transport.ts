import type { Ages, FrameCounts, Loss, SourceCounts } from '../base/counts.ts';

/** What is known of the frames so far. */
export interface TransportReport {
  readonly counts: FrameCounts;
  /** Ages since the last report. */
  readonly ages: Ages;
  /** What the source has added and what was passed over there, by the last look. */
  readonly source: SourceCounts;
}

/** Moves frames from Redis into one ffmpeg after another: source and pacing, in this thread or in one of its own. */
export interface FrameTransport {
  /** Waits for the frame that the next stream begins with, and holds it. Rejects only with the abort reason. */
  awaitFrame(signal: AbortSignal): Promise<void>;
  /** Makes the standard input of the next ffmpeg. One at a time. */
  createInput(): EncoderInput;
  /** Counts since the start. Its answer also shows that the frames are still being looked after. */
  report(): Promise<TransportReport>;
  close(): Promise<void>;
}

/** The way of one stream's frames into its ffmpeg. */
export interface EncoderInput {
  /** What ffmpeg is to be started with as its standard input: a pipe of the runtime's, or a descriptor. */
  readonly stdin: 'pipe' | number;
  /** ffmpeg was started with it, or could not be; `sink` is the runtime's pipe where that was asked for. */
  started(sink: Bun.FileSink | undefined): void;
  /** Hands over the frame that was waited for. Rejects with an `EncoderError` if ffmpeg is gone or has not taken it in 10 s. */
  writeFirst(): Promise<void>;
  /**
   * One frame a tick until `signal` aborts or no new frame has come for the idle timeout; a frame that is being written
   * then is finished. Rejects like `writeFirst`.
   */
  pump(signal: AbortSignal): Promise<'idle' | 'stopped'>;
  /** End of file for ffmpeg; the frames are given up. Never throws. */
  end(): void;
  /** What was handed over did not all arrive; to be said once, before the next input is made. Never throws. */
  lose(loss: Loss): void;
}
