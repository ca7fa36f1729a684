import { inMs, NS_PER_MS, sleepMs } from '../base/clock.ts';
import type { Loss } from '../base/counts.ts';
import { EncoderError } from '../base/errors.ts';
import type { Failure } from '../base/failure.ts';
import type { SessionState } from '../base/session-state.ts';
import { drainLimitMs } from '../base/stop-budget.ts';
import type { Encoder } from '../encoder/encoder.ts';
import { explainExit } from '../encoder/failure.ts';
import { directRun, firstRun, handOnRest, type VideoHub } from './encoder-run.ts';
import { failureOf, Stream, type Reason, type StreamParts } from './stream.ts';

/** ffmpeg has this long to encode the first frame, and to open the destination where that is its task. */
const OPEN_LIMIT_MS = 20_000;
/** How often it is told how much was encoded. */
const PROGRESS_PERIOD_MS = 1_000;

/** The loss of a session that never opened. */
const NOTHING_ARRIVED: Loss = { encodedFrames: 0, unnoticedMs: 0 };

/** Why a session ended, and how long it was open; it is closed by then. */
export type SessionEnd = { readonly streamedMs: number } & (
  { readonly kind: Reason } | { readonly kind: 'failed'; readonly failure: Failure }
);

/** What one session needs. */
export interface SessionParts extends StreamParts {
  /** Opens the outputs that are ours; undefined where ffmpeg writes to the destination itself. */
  readonly openHub: (() => VideoHub) | undefined;
  /** How long ffmpeg does not notice a dead link to the destination, in milliseconds; 0 where it has none. */
  readonly linkSilenceMs: number;
}

/** A session whose ffmpeg is started. */
interface OpeningParts extends SessionParts {
  readonly encoder: Encoder;
  readonly hub: VideoHub | undefined;
}

/**
 * One video from its first frame to its last: starts ffmpeg, sends a frame a tick until `stop` aborts, no new frame has come
 * for the idle timeout, settings ask for another session, or ffmpeg fails; then closes. Where the outputs are ours, it
 * outlives its ffmpeg.
 */
export async function runSession(parts: SessionParts, stop: AbortSignal): Promise<SessionEnd> {
  const { mover, clock } = parts;
  let hub: VideoHub | undefined;
  let stoppedNs: bigint | undefined;
  const onStop = () => (stoppedNs = clock.nowNs());
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop, { once: true });
  try {
    const { encoder, firstSent } = start(parts);
    hub = parts.openHub?.();
    const opening = await open({ ...parts, encoder, hub }, firstSent, stop);
    if (opening !== 'open') return opening;
    return await streamAndClose({ ...parts, encoder, hub }, stop);
  } catch (error) {
    if (!(error instanceof EncoderError)) throw error;
    return { kind: 'failed', failure: error.failure, streamedMs: 0 };
  } finally {
    mover.endInput();
    await hub?.close(drainLimitMs(stoppedNs === undefined ? undefined : inMs(clock.nowNs() - stoppedNs)));
    stop.removeEventListener('abort', onStop);
  }
}

function start({ mover, startEncoder, emit }: SessionParts) {
  // ffmpeg has its own copy; only with ours closed does it show when ffmpeg is gone.
  using input = mover.openInput();
  try {
    const encoder = startEncoder(input.fd, false);
    emit(session({ kind: 'starting' }));
    return { encoder, firstSent: input.firstSent };
  } catch (error) {
    mover.lose(NOTHING_ARRIVED);
    throw error;
  }
}

/** Waits for ffmpeg to encode its first frame, and to open the destination where that is its task. */
async function open(
  parts: OpeningParts,
  firstSent: Promise<void>,
  stop: AbortSignal,
): Promise<'open' | SessionEnd> {
  const { encoder, mover, interruption } = parts;
  const cutOff = AbortSignal.any([stop, interruption.endsSession]);
  const failure = await openingFailure(parts, firstSent, cutOff);
  if (failure === undefined && !cutOff.aborted) return 'open';
  // Nothing was sent yet that would need a trailer.
  encoder.kill();
  await encoder.video?.close();
  await encoder.exited;
  mover.lose(NOTHING_ARRIVED);
  if (stop.aborted) return { kind: 'stopped', streamedMs: 0 };
  return failure ? { kind: 'failed', failure, streamedMs: 0 } : { kind: 'settings', streamedMs: 0 };
}

/** @returns why it could not be opened; undefined once it is open, or when `cutOff` aborts */
async function openingFailure(
  { encoder, clock }: OpeningParts,
  firstSent: Promise<void>,
  cutOff: AbortSignal,
): Promise<Failure | undefined> {
  const settled = new AbortController();
  const limit = sleepMs(clock, OPEN_LIMIT_MS, AbortSignal.any([cutOff, settled.signal]));
  const opened = firstSent.then(
    // It gets its frames at their pace from here on, and shows later what it makes of them.
    () => (encoder.holdsFramesBack ? undefined : encoder.ready.then(() => undefined)),
    (error: unknown) => failureOf(encoder, clock, error),
  );
  try {
    return await Promise.race([
      opened,
      encoder.exited.then(explainExit),
      limit.then(() => (cutOff.aborted ? undefined : lateFailure(encoder))),
    ]);
  } finally {
    settled.abort();
  }
}

function lateFailure({ video }: Encoder): Failure {
  const within = `within ${OPEN_LIMIT_MS / 1000} s`;
  return video
    ? { code: 'ffmpeg-stalled', text: `ffmpeg has encoded nothing ${within}` }
    : { code: 'link-not-opened', text: `the destination did not open ${within}` };
}

/** Sends frames until the session is over, and closes it. */
async function streamAndClose(parts: OpeningParts, stop: AbortSignal): Promise<SessionEnd> {
  const { encoder, hub, clock, emit, periodTicks } = parts;
  emit(session({ kind: 'streaming' }));
  const startNs = clock.nowNs();
  const first = hub ? firstRun({ hub, encoder, periodTicks }) : directRun(encoder);
  const stream = new Stream(parts, hub, first);
  const over = new AbortController();
  const told = hub ? tellProgress(parts, hub, over.signal) : Promise.resolve();
  const end = await stream.send(stop);
  const streamedMs = Number((clock.nowNs() - startNs) / NS_PER_MS);
  await close(parts, stream, end);
  over.abort();
  await told;
  return typeof end === 'object' ? { kind: 'failed', failure: end, streamedMs } : { kind: end, streamedMs };
}

async function close(
  { mover, emit, clock, linkSilenceMs }: OpeningParts,
  stream: Stream,
  end: Reason | Failure,
): Promise<void> {
  if (typeof end === 'object') {
    const { signal } = await stream.run.encoder.exited;
    await stream.close();
    await handOnRest(stream.run, clock);
    // ffmpeg that was killed has lost what it had not encoded; a dead link is noticed only after a while, by ffmpeg itself.
    mover.lose({ encodedFrames: stream.run.pictures, unnoticedMs: signal === null ? linkSilenceMs : 0 });
    return;
  }
  emit(session({ kind: 'closing', reason: end }));
  mover.endInput();
  const { code } = await stream.run.encoder.stop();
  await stream.close();
  await handOnRest(stream.run, clock);
  // It could not finish in time: it hung, or the link was dead, and it has not noticed yet.
  if (code !== 0) mover.lose({ encodedFrames: stream.run.pictures, unnoticedMs: linkSilenceMs });
}

/** Until `over` aborts, and then once more. */
async function tellProgress({ clock, emit }: OpeningParts, hub: VideoHub, over: AbortSignal): Promise<void> {
  for (;;) {
    await sleepMs(clock, PROGRESS_PERIOD_MS, over);
    emit({ kind: 'encoder-progress', frames: hub.pictures, sizeBytes: hub.sizeBytes });
    if (over.aborted) return;
  }
}

function session(state: SessionState) {
  return { kind: 'session', state } as const;
}
