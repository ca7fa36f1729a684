import { Backoff } from '../base/backoff.ts';
import { sleepMs, type Clock } from '../base/clock.ts';
import { EncoderError } from '../base/errors.ts';
import type { Failure } from '../base/failure.ts';
import type { Encoder } from '../encoder/encoder.ts';
import { explainExit } from '../encoder/failure.ts';
import type { Mover } from '../mover/mover.ts';

/** ffmpeg has this long to encode its first picture. */
const WARM_LIMIT_MS = 20_000;
/**
 * An ffmpeg that holds frames back shows nothing of its first picture: so long after it has read that, it has made itself ready,
 * or has ended, since its settings do not please it.
 */
const UNSEEN_WARM_MS = 500;
/** Waiting times between two attempts. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

const LATE: Failure = {
  code: 'ffmpeg-stalled',
  text: `ffmpeg has encoded nothing within ${WARM_LIMIT_MS / 1000} s`,
};

interface WarmUpParts {
  readonly clock: Clock;
  readonly mover: Pick<Mover, 'prepareInput' | 'dropPrepared'>;
  /** Starts ffmpeg with this descriptor as its standard input; throws an `EncoderError` if it cannot. */
  readonly startEncoder: (stdinFd: number) => Encoder;
  /** Attempts in a row before it is given up; Infinity: it goes on until `cutOff` aborts. */
  readonly mostAttempts: number;
  /** An attempt has failed, and the next one follows after so long. */
  readonly onFailure: (failure: Failure, retryMs: number) => void;
  /** Spreads the waits. */
  readonly random: () => number;
}

/** What came of a warm-up: `cut-off` where its signal aborted. Unless it is warm, nothing of it is left. */
export type WarmedUp =
  | { readonly kind: 'warm'; readonly encoder: Encoder }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'cut-off' };

/**
 * Starts an ffmpeg that is to take over, and waits until it has encoded a copy of the last picture, so that it is ready for the
 * frames. Tries again where it fails. Rejects only for a fault of the program.
 */
export async function warmUp(parts: WarmUpParts, cutOff: AbortSignal): Promise<WarmedUp> {
  const { clock, mostAttempts, onFailure, random } = parts;
  const backoff = new Backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS, random);
  for (let attempt = 1; ; attempt += 1) {
    if (cutOff.aborted) return { kind: 'cut-off' };
    const outcome = await attemptOf(parts, cutOff);
    if (outcome.kind !== 'failed' || attempt >= mostAttempts) return outcome;
    const retryMs = backoff.nextMs();
    onFailure(outcome.failure, retryMs);
    await sleepMs(clock, retryMs, cutOff);
  }
}

async function attemptOf(parts: WarmUpParts, cutOff: AbortSignal): Promise<WarmedUp> {
  let started: Started;
  try {
    started = start(parts);
  } catch (error) {
    parts.mover.dropPrepared();
    if (!(error instanceof EncoderError)) throw error;
    return { kind: 'failed', failure: error.failure };
  }
  const outcome = await outcomeOf(started, parts.clock, cutOff);
  if (outcome.kind !== 'warm') {
    const { encoder } = started;
    parts.mover.dropPrepared();
    encoder.kill();
    await encoder.video?.close();
    await encoder.exited;
  }
  return outcome;
}

interface Started {
  readonly encoder: Encoder;
  /** Resolves once it has read the copy of the last picture. */
  readonly firstSent: Promise<void>;
}

function start({ mover, startEncoder }: WarmUpParts): Started {
  // ffmpeg has its own copy; only with ours closed does it show when ffmpeg is gone.
  using input = mover.prepareInput();
  return { encoder: startEncoder(input.fd), firstSent: input.firstSent };
}

async function outcomeOf(started: Started, clock: Clock, cutOff: AbortSignal): Promise<WarmedUp> {
  const { encoder } = started;
  const settled = new AbortController();
  const over = AbortSignal.any([cutOff, settled.signal]);
  const limit = sleepMs(clock, WARM_LIMIT_MS, over);
  try {
    return await Promise.race([
      isWarm(started, clock, over).then(() => ({ kind: 'warm', encoder }) as const),
      encoder.exited.then((exit) => ({ kind: 'failed', failure: explainExit(exit) }) as const),
      limit.then(() =>
        cutOff.aborted ? ({ kind: 'cut-off' } as const) : ({ kind: 'failed', failure: LATE } as const),
      ),
    ]);
  } finally {
    settled.abort();
  }
}

/** Resolves once ffmpeg encodes; never rejects, since an ffmpeg that takes nothing ends, or is late. */
async function isWarm({ encoder, firstSent }: Started, clock: Clock, over: AbortSignal): Promise<void> {
  if (!encoder.holdsFramesBack) return encoder.ready;
  await firstSent.catch(() => new Promise(() => {}));
  await sleepMs(clock, UNSEEN_WARM_MS, over);
}
