import type { OutputEvent } from '../base/event.ts';
import type { Failure } from '../base/failure.ts';
import type {
  LinkFigures,
  OutputCounts,
  OutputState,
  RecordingFigures,
  SkippedPictures,
} from '../base/output-state.ts';
import { areOfOneConnection, isNewSince, type LinkSample } from './link-connection.ts';
import type { StatusSettings } from './status-settings.ts';

/** What is known of one output that is ours. */
export interface OutputStatus {
  /** The destination in the form that may be shown, or the folder of the recorder. */
  readonly name: string;
  readonly state: OutputState;
  readonly sinceNs: bigint;
  readonly counts: OutputCounts;
  /** Of the present connection; absent where it is no link, or not connected. */
  readonly link?: LinkFigures;
  /** Of all its connections since the start of the program; absent until it has told of one. */
  readonly linkTotals?: LinkTotals;
  /** The last that was told of the present connection; absent before that. */
  readonly lastTold?: LinkSample;
  /** The last that was told of a recorder; absent before that, and of any other output. */
  readonly recording?: RecordingFigures;
  /** Why it failed last, until it streams, or waits to be called or needed. */
  readonly failure?: Failure;
}

/** What links count, of one connection after the other. */
export type LinkTotals = Pick<
  LinkFigures,
  'sentPackets' | 'lostPackets' | 'resentPackets' | 'droppedPackets'
>;

const NOTHING_SKIPPED: SkippedPictures = { away: 0, slow: 0, broken: 0, standby: 0 };
const NO_COUNTS: OutputCounts = {
  sentBytes: 0,
  sentPictures: 0,
  skipped: NOTHING_SKIPPED,
  attempts: 0,
  viewers: 0,
};
const NO_PACKETS: LinkTotals = { sentPackets: 0, lostPackets: 0, resentPackets: 0, droppedPackets: 0 };

type StateEvent = Extract<OutputEvent, { kind: 'output-state' }>;
type FiguresEvent = Extract<OutputEvent, { kind: 'output-figures' }>;

/** The outputs with this one in its new state. Its link is a new one once it was not connected. */
export function withOutputState(
  outputs: readonly OutputStatus[],
  { output: name, state }: StateEvent,
  nowNs: bigint,
): readonly OutputStatus[] {
  const known = outputs.find((output) => output.name === name);
  const { link, lastTold, failure, ...before } = known ?? { name, counts: NO_COUNTS };
  const reason = state.kind === 'failed' ? state.failure : isGood(state) ? undefined : failure;
  const after: OutputStatus = {
    ...before,
    state,
    sinceNs: nowNs,
    ...(link && isConnected(state) && { link }),
    ...(lastTold && isConnected(state) && { lastTold }),
    ...(reason && { failure: reason }),
  };
  return known ? outputs.map((output) => (output === known ? after : output)) : [...outputs, after];
}

/** The outputs with the figures of this one; those of one that was never heard of say nothing. */
export function withOutputFigures(
  outputs: readonly OutputStatus[],
  { output: name, counts, link, recording }: FiguresEvent,
  nowNs: bigint,
): readonly OutputStatus[] {
  return outputs.map((output) => {
    if (output.name !== name) return output;
    const { link: _, ...before } = output;
    const others = { ...before, ...(recording && { recording }) };
    if (!link) return { ...others, counts };
    const now = { atNs: nowNs, link };
    const linkTotals = totalsWith(output.linkTotals, output.lastTold, now);
    return { ...others, counts, link, linkTotals, lastTold: now };
  });
}

/** Without those that were closed, and not opened again with the session that streams now. */
export function withoutClosed(outputs: readonly OutputStatus[]): readonly OutputStatus[] {
  return outputs.filter(({ state }) => state.kind !== 'closed');
}

/** Those that are open, or to be opened. */
export function isInUse({ state }: OutputStatus): boolean {
  return state.kind !== 'closed';
}

/** What becomes of video that there is: a destination gets it, the recorder alone does, or nobody. */
export type VideoUse = 'streaming' | 'recording' | 'encoding';

/** What becomes of the video. Where none of the outputs is ours, ffmpeg writes it to the destination itself. */
export function videoUse(
  outputs: readonly OutputStatus[],
  { recorder }: Pick<StatusSettings, 'recorder'>,
): VideoUse {
  const inUse = outputs.filter(isInUse);
  const streaming = inUse.filter(isStreaming);
  if (streaming.some(({ name }) => name !== recorder)) return 'streaming';
  if (streaming.length > 0) return 'recording';
  return inUse.length === 0 && recorder === undefined ? 'streaming' : 'encoding';
}

/** Whether it gets the video. */
export function isStreaming({ state }: OutputStatus): boolean {
  return state.kind === 'streaming';
}

/** How far a count has gone on; one that is lower than before has begun again. */
export function grown(before: number, after: number): number {
  return after >= before ? after - before : after;
}

function isConnected({ kind }: OutputState): boolean {
  return kind === 'settling' || kind === 'streaming';
}

function isGood({ kind }: OutputState): boolean {
  return kind === 'streaming' || kind === 'listening' || kind === 'standby';
}

/** A connection counts from its begin on. What one counted while another was told of is not known. */
function totalsWith(
  totals: LinkTotals = NO_PACKETS,
  before: LinkSample | undefined,
  now: LinkSample,
): LinkTotals {
  const isSame = before !== undefined && areOfOneConnection(before, now);
  if (before && !isSame && !isNewSince(before, now)) return totals;
  const begin = isSame ? before.link : NO_PACKETS;
  const added = (name: keyof LinkTotals) => totals[name] + grown(begin[name], now.link[name]);
  return {
    sentPackets: added('sentPackets'),
    lostPackets: added('lostPackets'),
    resentPackets: added('resentPackets'),
    droppedPackets: added('droppedPackets'),
  };
}
