import type { Loss } from '../base/counts.ts';
import type { Encoder } from '../encoder/encoder.ts';
import { describeExit } from '../encoder/failure.ts';
import { EncoderError } from '../base/errors.ts';
import { NS_PER_MS, sleepMs, type Clock } from '../base/clock.ts';
import type { EncoderInput } from '../mover/frame-transport.ts';

/** ffmpeg has this long to open the destination and to encode the first frame. */
const OPEN_LIMIT_MS = 20_000;
/** ffmpeg that takes no more frames has this long to exit and to say why. */
const EXIT_LIMIT_MS = 3_000;

/** The loss of a session that never opened. */
const NOTHING_ARRIVED: Loss = { encodedFrames: 0, unnoticedMs: 0 };

/** Is told how a stream goes. */
export interface StreamObserver {
  /** The destination is open and has its first frame. */
  onOpen(): void;
  /** ffmpeg is given the end of file and writes its trailer. */
  onClosing(reason: 'idle' | 'stopped'): void;
}

/** Why a stream ended, and how long it was open; it is closed by then. */
export type StreamEnd = { readonly streamedMs: number } & (
  { readonly kind: 'idle' | 'stopped' } | { readonly kind: 'failed'; readonly reason: string }
);

interface StreamParts {
  readonly clock: Clock;
  /** Where the frames come from, the first of them waiting; ended when the stream ends. */
  readonly input: EncoderInput;
  /** The ffmpeg that was started with it. */
  readonly encoder: Encoder;
  readonly observer: StreamObserver;
  /** How long a dead link to the destination goes unnoticed; 0 where there is none. */
  readonly linkSilenceMs: number;
}

/**
 * One stream from its first frame to its trailer: opens the destination, sends a frame a tick until `signal` aborts, no
 * new frame has come for the idle timeout, or ffmpeg fails; then closes.
 */
export async function runVideoStream(parts: StreamParts, signal: AbortSignal): Promise<StreamEnd> {
  const { encoder, clock, observer, input, linkSilenceMs } = parts;
  const refusal = await open(parts, signal);
  if (signal.aborted || refusal !== undefined) {
    // Nothing was sent yet that would need a trailer.
    encoder.kill();
    await encoder.exited;
    input.lose(NOTHING_ARRIVED);
    return {
      streamedMs: 0,
      ...(refusal === undefined ? { kind: 'stopped' } : { kind: 'failed', reason: refusal }),
    };
  }
  observer.onOpen();
  const startNs = clock.nowNs();
  const end = await stream(parts, signal);
  const streamedMs = Number((clock.nowNs() - startNs) / NS_PER_MS);
  if (typeof end === 'object') {
    input.lose(await lossOf(parts));
    return { streamedMs, kind: 'failed', reason: end.failure };
  }
  observer.onClosing(end);
  input.end();
  const { code } = await encoder.stop();
  // It could not write its trailer in time: the link was dead, and it has not noticed yet.
  if (code !== 0) input.lose({ encodedFrames: encoder.encodedFrames, unnoticedMs: linkSilenceMs });
  return { streamedMs, kind: end };
}

/** ffmpeg that was killed has lost what it had not encoded; a dead link is noticed only after a while, by ffmpeg itself. */
async function lossOf({ encoder, linkSilenceMs }: StreamParts): Promise<Loss> {
  const { signal } = await encoder.exited;
  return { encodedFrames: encoder.encodedFrames, unnoticedMs: signal === null ? linkSilenceMs : 0 };
}

/** @returns why the destination could not be opened; undefined once it is open, or when `signal` aborts */
async function open(parts: StreamParts, signal: AbortSignal): Promise<string | undefined> {
  const { encoder, clock } = parts;
  const opened = new AbortController();
  const limit = sleepMs(clock, OPEN_LIMIT_MS, AbortSignal.any([signal, opened.signal]));
  const late = `the destination did not open within ${OPEN_LIMIT_MS / 1000} s`;
  try {
    return await Promise.race([
      writeFirst(parts),
      encoder.exited.then(describeExit),
      limit.then(() => (signal.aborted ? undefined : late)),
    ]);
  } finally {
    opened.abort();
  }
}

async function writeFirst(parts: StreamParts): Promise<string | undefined> {
  const { encoder, input } = parts;
  try {
    await input.writeFirst();
    await encoder.ready;
    return undefined;
  } catch (error) {
    return failureOf(parts, error);
  }
}

type StreamResult = 'idle' | 'stopped' | { readonly failure: string };

async function stream(parts: StreamParts, signal: AbortSignal): Promise<StreamResult> {
  const { encoder, input } = parts;
  const gone = new AbortController();
  const exit = encoder.exited.then((exited) => {
    gone.abort();
    return { failure: describeExit(exited) };
  });
  try {
    const end = await input.pump(AbortSignal.any([signal, gone.signal]));
    return gone.signal.aborted ? await exit : end;
  } catch (error) {
    return { failure: await failureOf(parts, error) };
  }
}

/** A write fails because ffmpeg is gone, which says why itself, or because it hangs. */
async function failureOf({ encoder, clock }: StreamParts, error: unknown): Promise<string> {
  if (!(error instanceof EncoderError)) throw error;
  const gone = new AbortController();
  const limit = sleepMs(clock, error.isStall ? 0 : EXIT_LIMIT_MS, gone.signal);
  void limit.then(() => gone.signal.aborted || encoder.kill());
  const exit = await encoder.exited;
  gone.abort();
  return error.isStall ? error.message : describeExit(exit);
}
