import type { Config } from '../config/config.ts';
import type { Encoder } from '../encoder/encoder.ts';
import { EncoderError } from '../errors.ts';
import type { Frame } from '../frame/frame.ts';
import { Backoff } from '../pacing/backoff.ts';
import { sleepMs, type Clock } from '../pacing/clock.ts';
import type { FrameReader } from '../source/frame-reader.ts';
import { firstFrame } from './first-frame.ts';
import { runVideoStream, type StreamEnd, type StreamObserver } from './video-stream.ts';

/** Waiting times before ffmpeg is started again. */
const FIRST_RESTART_MS = 500;
const LONGEST_RESTART_MS = 30_000;
/** A stream that ran this long was a good one: the next failure is a new one. */
const GOOD_STREAM_MS = 10_000;

/** What the service is doing. */
export type ServiceState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'streaming' }
  | { readonly kind: 'closing'; readonly reason: 'idle' | 'stopped' }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryMs: number };

/** Is told what the service does. */
interface ServiceObserver extends Omit<StreamObserver, 'onOpen' | 'onClosing'> {
  onState(state: ServiceState): void;
}

interface ServiceParts {
  readonly config: Pick<Config, 'frameRate' | 'method' | 'trimAfterMs' | 'idleTimeoutMs'>;
  readonly clock: Clock;
  readonly reader: FrameReader;
  /** Starts ffmpeg for one stream; throws an `EncoderError` if it cannot. */
  readonly startEncoder: () => Encoder;
  readonly observer: ServiceObserver;
}

/** Waits for frames, streams them, and begins again, until `signal` aborts; rejects only for a fault of the program. */
export async function runService(parts: ServiceParts, signal: AbortSignal): Promise<void> {
  const { clock, reader, config, observer } = parts;
  const restart = new Backoff(FIRST_RESTART_MS, LONGEST_RESTART_MS);
  while (!signal.aborted) {
    observer.onState({ kind: 'waiting' });
    const first = await untilAborted(firstFrame(reader, config.idleTimeoutMs, clock, signal), signal);
    if (!first) return;
    observer.onState({ kind: 'starting' });
    const end = await streamOnce(parts, first, signal);
    if (end.streamedMs >= GOOD_STREAM_MS) restart.reset();
    if (end.kind !== 'failed') continue;
    const retryMs = restart.nextMs();
    observer.onState({ kind: 'failed', reason: end.reason, retryMs });
    await sleepMs(clock, retryMs, signal);
  }
}

async function streamOnce(parts: ServiceParts, first: Frame, signal: AbortSignal): Promise<StreamEnd> {
  const { observer } = parts;
  try {
    const streamObserver: StreamObserver = {
      onOpen: () => observer.onState({ kind: 'streaming' }),
      onClosing: (reason) => observer.onState({ kind: 'closing', reason }),
      onTick: (tick, selection, nowNs) => observer.onTick(tick, selection, nowNs),
      onDropped: () => observer.onDropped(),
    };
    const encoder = parts.startEncoder();
    return await runVideoStream({ ...parts, encoder, observer: streamObserver }, first, signal);
  } catch (error) {
    if (!(error instanceof EncoderError)) throw error;
    return { kind: 'failed', reason: error.message, streamedMs: 0 };
  }
}

/** Undefined instead of a rejection when `signal` aborts. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
