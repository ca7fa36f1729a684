import type { Encoder } from '../encoder/encoder.ts';
import { EncoderError } from '../base/errors.ts';
import { Backoff } from '../base/backoff.ts';
import { sleepMs, type Clock } from '../base/clock.ts';
import type { EncoderInput, FrameTransport } from '../mover/frame-transport.ts';
import { runVideoStream, type StreamEnd, type StreamObserver } from './session.ts';

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

interface ServiceParts {
  readonly clock: Clock;
  readonly transport: FrameTransport;
  /** Starts ffmpeg for one stream; throws an `EncoderError` if it cannot. */
  readonly startEncoder: (stdin: EncoderInput['stdin']) => Encoder;
  readonly onState: (state: ServiceState) => void;
  /** How long a dead link to the destination goes unnoticed, in milliseconds; 0 where there is none. */
  readonly linkSilenceMs: number;
  /** Spreads the waits; as Math.random, which it is where it is left out. */
  readonly random?: () => number;
}

/** Waits for frames, streams them, and begins again, until `signal` aborts; rejects only for a fault of the program. */
export async function runService(parts: ServiceParts, signal: AbortSignal): Promise<void> {
  const { clock, transport, onState } = parts;
  const restart = new Backoff(FIRST_RESTART_MS, LONGEST_RESTART_MS, parts.random);
  while (!signal.aborted) {
    onState({ kind: 'waiting' });
    const isThere = await untilAborted(transport.awaitFrame(signal), signal);
    if (!isThere) return;
    const end = await streamOnce(parts, signal);
    if (end.streamedMs >= GOOD_STREAM_MS) restart.reset();
    if (end.kind !== 'failed') continue;
    const retryMs = restart.nextMs();
    onState({ kind: 'failed', reason: end.reason, retryMs });
    await sleepMs(clock, retryMs, signal);
  }
}

async function streamOnce(parts: ServiceParts, signal: AbortSignal): Promise<StreamEnd> {
  const { clock, transport, startEncoder, onState, linkSilenceMs } = parts;
  const observer: StreamObserver = {
    onOpen: () => onState({ kind: 'streaming' }),
    onClosing: (reason) => onState({ kind: 'closing', reason }),
  };
  let input: EncoderInput | undefined;
  let encoder: Encoder | undefined;
  try {
    input = transport.createInput();
    encoder = startEncoder(input.stdin);
    input.started(encoder.stdin);
    onState({ kind: 'starting' });
    return await runVideoStream({ clock, input, encoder, observer, linkSilenceMs }, signal);
  } catch (error) {
    if (!(error instanceof EncoderError)) throw error;
    return { kind: 'failed', reason: error.message, streamedMs: 0 };
  } finally {
    if (!encoder) input?.started(undefined);
    input?.end();
  }
}

/** False instead of a rejection when `signal` aborts. */
async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<boolean> {
  try {
    await promise;
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
