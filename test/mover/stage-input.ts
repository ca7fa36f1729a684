import { sleepMs, type Clock } from '../../src/base/clock.ts';
import { EncoderError } from '../../src/base/errors.ts';
import type { Frame } from '../../src/base/frame.ts';
import type { InputSink } from '../../src/mover/session-sink.ts';

/** The way into an ffmpeg that takes what a test lets it take. */
export class StageInput implements InputSink {
  /** Ids of the frames that it has taken. */
  readonly written: string[] = [];
  /** Ids of the frames that it was warmed up with. */
  readonly warmedWith: string[] = [];
  /** When each was taken, in milliseconds. */
  readonly takenMs: number[] = [];
  /** How long it takes to take a frame. */
  writeMs = 0;
  /** How long it takes to read what is left before its end. */
  finishMs = 0;
  /** Why it takes no more. */
  fault: Error | undefined;
  end: 'finished' | 'closed' | undefined;
  /** When it was told that nothing more comes, in milliseconds. */
  finishingMs: number | undefined;
  readonly #cutOff = new AbortController();

  constructor(private readonly clock: Clock) {}

  async write(frame: Frame): Promise<void> {
    await this.#take();
    this.written.push(frame.id);
    this.takenMs.push(Number(this.clock.nowNs()) / 1e6);
  }

  async warm(frame: Frame): Promise<void> {
    await this.#take();
    this.warmedWith.push(frame.id);
  }

  async finish(): Promise<void> {
    this.finishingMs ??= Number(this.clock.nowNs()) / 1e6;
    await this.#pause(this.finishMs);
    this.end ??= 'finished';
    this.#cutOff.abort();
  }

  close(): void {
    this.end ??= 'closed';
    this.#cutOff.abort();
  }

  async #take(): Promise<void> {
    await this.#pause(this.writeMs);
    if (this.fault) throw this.fault;
    if (this.end) throw gone('its input is closed');
  }

  async #pause(durationMs: number): Promise<void> {
    if (durationMs > 0) await sleepMs(this.clock, durationMs, this.#cutOff.signal);
  }
}

/** What is thrown where ffmpeg takes no more frames. */
export function gone(text: string): EncoderError {
  return new EncoderError({ code: 'ffmpeg-ended', text });
}
