import { NS_PER_MS, sleepMs, type Clock } from '../base/clock.ts';
import type { Loss } from '../base/counts.ts';
import { EncoderError } from '../base/errors.ts';
import type { Emit } from '../base/event.ts';
import type { Failure } from '../base/failure.ts';
import type { SessionState } from '../base/session-state.ts';
import type { Encoder } from '../encoder/encoder.ts';
import { explainExit } from '../encoder/failure.ts';
import type { Mover } from '../mover/mover.ts';

/** ffmpeg has this long to open the destination and to encode the first frame. */
const OPEN_LIMIT_MS = 20_000;
/** ffmpeg that takes no more frames has this long to exit and to say why. */
const EXIT_LIMIT_MS = 3_000;

const LATE: Failure = {
  code: 'link-not-opened',
  text: `the destination did not open within ${OPEN_LIMIT_MS / 1000} s`,
};

/** The loss of a session that never opened. */
const NOTHING_ARRIVED: Loss = { encodedFrames: 0, unnoticedMs: 0 };

/** Why a session is to end in order. */
type Reason = 'idle' | 'stopped' | 'settings';

/** Why a session ended, and how long it was open; it is closed by then. */
export type SessionEnd = { readonly streamedMs: number } & (
  { readonly kind: Reason } | { readonly kind: 'failed'; readonly failure: Failure }
);

/** Settings that were read again while a session goes on. */
export interface Interruption {
  /** Aborts when other settings wait to be taken over. Another signal from then on, once they are. */
  readonly changed: AbortSignal;
  /** Aborts when the session has to end for them. */
  readonly endsSession: AbortSignal;
  /** Takes them over; the frames stand still meanwhile. */
  takeOver(): Promise<void>;
}

/** What one session needs. */
export interface SessionParts {
  readonly clock: Clock;
  /** Has the frame that the session begins with. */
  readonly mover: Mover;
  /** Starts ffmpeg with this descriptor as its standard input; throws an `EncoderError` if it cannot. */
  readonly startEncoder: (stdinFd: number) => Encoder;
  readonly emit: Emit;
  readonly interruption: Interruption;
  /** How long a dead link to the destination goes unnoticed, in milliseconds; 0 where there is none. */
  readonly linkSilenceMs: number;
}

/**
 * One video from its first frame to its trailer: starts ffmpeg, which opens the destination, sends a frame a tick until
 * `stop` aborts, no new frame has come for the idle timeout, settings ask for another session, or ffmpeg fails; then closes.
 */
export async function runSession(parts: SessionParts, stop: AbortSignal): Promise<SessionEnd> {
  const { mover } = parts;
  try {
    const { encoder, firstSent } = start(parts);
    const opening = await open({ ...parts, encoder }, firstSent, stop);
    if (opening !== 'open') return opening;
    return await streamAndClose({ ...parts, encoder }, stop);
  } catch (error) {
    if (!(error instanceof EncoderError)) throw error;
    return { kind: 'failed', failure: error.failure, streamedMs: 0 };
  } finally {
    mover.endInput();
  }
}

function start({ mover, startEncoder, emit }: SessionParts) {
  // ffmpeg has its own copy; only with ours closed does it show when ffmpeg is gone.
  using input = mover.openInput();
  try {
    const encoder = startEncoder(input.fd);
    emit(session({ kind: 'starting' }));
    return { encoder, firstSent: input.firstSent };
  } catch (error) {
    mover.lose(NOTHING_ARRIVED);
    throw error;
  }
}

interface RunningParts extends SessionParts {
  readonly encoder: Encoder;
}

/** Waits for the destination to be open and to have its first frame. */
async function open(
  parts: RunningParts,
  firstSent: Promise<void>,
  stop: AbortSignal,
): Promise<'open' | SessionEnd> {
  const { encoder, mover, interruption } = parts;
  const cutOff = AbortSignal.any([stop, interruption.endsSession]);
  const failure = await openingFailure(parts, firstSent, cutOff);
  if (failure === undefined && !cutOff.aborted) return 'open';
  // Nothing was sent yet that would need a trailer.
  encoder.kill();
  await encoder.exited;
  mover.lose(NOTHING_ARRIVED);
  if (stop.aborted) return { kind: 'stopped', streamedMs: 0 };
  return failure ? { kind: 'failed', failure, streamedMs: 0 } : { kind: 'settings', streamedMs: 0 };
}

/** @returns why the destination could not be opened; undefined once it is open, or when `cutOff` aborts */
async function openingFailure(
  parts: RunningParts,
  firstSent: Promise<void>,
  cutOff: AbortSignal,
): Promise<Failure | undefined> {
  const { encoder, clock } = parts;
  const settled = new AbortController();
  const limit = sleepMs(clock, OPEN_LIMIT_MS, AbortSignal.any([cutOff, settled.signal]));
  const opened = firstSent.then(
    () => encoder.ready.then(() => undefined),
    (error: unknown) => failureOf(parts, error),
  );
  try {
    return await Promise.race([
      opened,
      encoder.exited.then(explainExit),
      limit.then(() => (cutOff.aborted ? undefined : LATE)),
    ]);
  } finally {
    settled.abort();
  }
}

/** Sends frames until the session is over, and closes it. */
async function streamAndClose(parts: RunningParts, stop: AbortSignal): Promise<SessionEnd> {
  const { encoder, clock, mover, emit, linkSilenceMs } = parts;
  emit(session({ kind: 'streaming' }));
  const startNs = clock.nowNs();
  const end = await sendFrames(parts, stop);
  const streamedMs = Number((clock.nowNs() - startNs) / NS_PER_MS);
  if (typeof end === 'object') {
    mover.lose(await lossOf(parts));
    return { kind: 'failed', failure: end, streamedMs };
  }
  emit(session({ kind: 'closing', reason: end }));
  mover.endInput();
  const { code } = await encoder.stop();
  // It could not write its trailer in time: the link was dead, and it has not noticed yet.
  if (code !== 0) mover.lose({ encodedFrames: encoder.encodedFrames, unnoticedMs: linkSilenceMs });
  return { kind: end, streamedMs };
}

/** @returns why no more frames are sent; a failure where it is ffmpeg's */
async function sendFrames(parts: RunningParts, stop: AbortSignal): Promise<Reason | Failure> {
  const { encoder, mover, interruption } = parts;
  const gone = new AbortController();
  const exit = encoder.exited.then((exited) => {
    gone.abort();
    return explainExit(exited);
  });
  try {
    for (;;) {
      const end = await mover.pump(AbortSignal.any([stop, gone.signal, interruption.changed]));
      if (gone.signal.aborted) return await exit;
      if (end === 'idle') return 'idle';
      if (stop.aborted) return 'stopped';
      if (interruption.endsSession.aborted) return 'settings';
      await interruption.takeOver();
    }
  } catch (error) {
    return failureOf(parts, error);
  }
}

/** ffmpeg that was killed has lost what it had not encoded; a dead link is noticed only after a while, by ffmpeg itself. */
async function lossOf({ encoder, linkSilenceMs }: RunningParts): Promise<Loss> {
  const { signal } = await encoder.exited;
  return { encodedFrames: encoder.encodedFrames, unnoticedMs: signal === null ? linkSilenceMs : 0 };
}

/** A write fails because ffmpeg is gone, which says why itself, or because it hangs. */
async function failureOf({ encoder, clock }: RunningParts, error: unknown): Promise<Failure> {
  if (!(error instanceof EncoderError)) throw error;
  const isStall = error.failure.code === 'ffmpeg-stalled';
  const gone = new AbortController();
  const limit = sleepMs(clock, isStall ? 0 : EXIT_LIMIT_MS, gone.signal);
  void limit.then(() => gone.signal.aborted || encoder.kill());
  const exit = await encoder.exited;
  gone.abort();
  return isStall ? error.failure : explainExit(exit);
}

function session(state: SessionState) {
  return { kind: 'session', state } as const;
}
