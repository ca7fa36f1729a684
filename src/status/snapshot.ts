import { mergeAges, NO_AGES, type Ages, type FrameCounts, type SourceCounts } from '../base/counts.ts';
import type { Event } from '../base/event.ts';
import { partOf, type Failure } from '../base/failure.ts';
import type { LevelsReport } from '../base/levels-report.ts';
import type { SessionState } from '../base/session-state.ts';
import type { WrongEntry } from '../base/stream-entry.ts';
import { withOutputFigures, withOutputState, withoutClosed, type OutputStatus } from './output-status.ts';

/** All that is known of the program at one time: plain data, of which every report, line and page is made. */
export interface Snapshot {
  /** Monotonic time of the last event. */
  readonly atNs: bigint;
  readonly session: SessionStatus;
  /** Since the start of the mover, like `source`. */
  readonly frames: FrameCounts;
  readonly source: SourceCounts;
  /** Of the frames between the last two `frames` events. */
  readonly ages: Ages;
  /** When ticks were last seen to go on. Where no session streams, none are missed. */
  readonly ticksNs: bigint;
  readonly encoder: EncoderCounts;
  /** Those that are ours, in the order in which they were first heard of; none where ffmpeg writes to the destination itself. */
  readonly outputs: readonly OutputStatus[];
  /** Of each destination for which one was told, also where ffmpeg writes to it itself. */
  readonly places: readonly Place[];
  /** The last that was told of the levels; absent before that, and where the frames have colours: ffmpeg maps them then. */
  readonly levels?: LevelsReport;
  readonly redis: RedisStatus;
  /** The last failure of each part of the way, newest first. */
  readonly failures: readonly PastFailure[];
  readonly streamsStartedOver: number;
  readonly schedulesRestarted: number;
  readonly wrongEntries: Readonly<Record<WrongEntry['kind'], number>>;
}

interface SessionStatus {
  readonly state: SessionState;
  readonly sinceNs: bigint;
}

/** Where the video for a destination goes, which may be another file than that in the settings. */
interface Place {
  /** The destination in the form that may be shown. */
  readonly output: string;
  /** The place in the same form. */
  readonly shown: string;
}

interface RedisStatus {
  /** connecting: it was not reached yet. */
  readonly state: 'connecting' | 'connected' | 'lost';
  readonly sinceNs: bigint;
}

interface PastFailure extends Failure {
  readonly atNs: bigint;
}

/** What every ffmpeg since the start of the program has made. */
interface EncoderCounts {
  readonly frames: number;
  readonly bytes: number;
  /** What the last one of them has made. */
  readonly last: { readonly frames: number; readonly bytes: number };
}

/** What a mover begins with. */
export const NOTHING_COUNTED: Pick<Snapshot, 'frames' | 'source'> = {
  frames: {
    output: 0,
    unique: 0,
    dup: 0,
    trimmed: 0,
    replaced: 0,
    unsent: 0,
    lost: 0,
    wrong: 0,
    read: 0,
    late: 0,
  },
  source: { kind: 'counted', entries: 0, passedOver: 0 },
};

const NOTHING_ENCODED = { frames: 0, bytes: 0 };

/** Before the first event. */
export function firstSnapshot(nowNs: bigint): Snapshot {
  return {
    ...NOTHING_COUNTED,
    atNs: nowNs,
    session: { state: { kind: 'waiting' }, sinceNs: nowNs },
    ages: NO_AGES,
    ticksNs: nowNs,
    encoder: { ...NOTHING_ENCODED, last: NOTHING_ENCODED },
    outputs: [],
    places: [],
    redis: { state: 'connecting', sinceNs: nowNs },
    failures: [],
    streamsStartedOver: 0,
    schedulesRestarted: 0,
    wrongEntries: { 'wrong-size': 0, 'no-key': 0, 'too-many-fields': 0, 'too-much-beside': 0 },
  };
}

/** What is known after this event. */
export function fold(before: Snapshot, event: Event, nowNs: bigint): Snapshot {
  return { ...before, atNs: nowNs, ...changes(before, event, nowNs) };
}

/** What is known where these are the destinations from now on: nothing of where the video for any other went. */
export function withDestinations(before: Snapshot, destinations: readonly string[]): Snapshot {
  return { ...before, places: before.places.filter(({ output }) => destinations.includes(output)) };
}

/** How a destination is named: by the place that its video goes to, where that was told. */
export function shownAs({ places }: Pick<Snapshot, 'places'>, destination: string): string {
  return places.find(({ output }) => output === destination)?.shown ?? destination;
}

/** What is known where other frames come from now on: nothing yet of their levels. */
export function withoutLevels(before: Snapshot): Snapshot {
  const { levels: _, ...others } = before;
  return others;
}

function changes(before: Snapshot, event: Event, nowNs: bigint): Partial<Snapshot> {
  switch (event.kind) {
    case 'session':
      return sessionChanges(before, event.state, nowNs);
    case 'output':
      return { places: withPlace(before.places, event) };
    case 'output-state': {
      const outputs = withOutputState(before.outputs, event, nowNs);
      if (event.state.kind !== 'failed') return { outputs };
      return { outputs, failures: withFailure(before.failures, event.state.failure, nowNs) };
    }
    case 'output-figures':
      return { outputs: withOutputFigures(before.outputs, event, nowNs) };
    case 'redis-connected':
      return { redis: { state: 'connected', sinceNs: nowNs } };
    case 'redis-lost':
      return {
        redis: before.redis.state === 'lost' ? before.redis : { state: 'lost', sinceNs: nowNs },
        failures: withFailure(before.failures, event.failure, nowNs),
      };
    case 'stream-started-over':
      return { streamsStartedOver: before.streamsStartedOver + 1 };
    case 'wrong-entry': {
      const { kind } = event.entry;
      return { wrongEntries: { ...before.wrongEntries, [kind]: before.wrongEntries[kind] + 1 } };
    }
    case 'schedule-restarted':
      return { schedulesRestarted: before.schedulesRestarted + 1 };
    case 'frames': {
      const { counts, ages, source } = event;
      const goesOn = before.session.state.kind !== 'streaming' || counts.output !== before.frames.output;
      return { frames: counts, ages, source, ticksNs: goesOn ? nowNs : before.ticksNs };
    }
    case 'levels':
      return { levels: event.levels };
    case 'encoder-progress':
      return { encoder: encoderCounts(before.encoder, event.frames, event.sizeBytes) };
    case 'encoder-not-changed':
      return { failures: withFailure(before.failures, event.failure, nowNs) };
    case 'viewer-turned-away':
    case 'segments-recovered':
    case 'encoder-changed':
    case 'encoder-line':
      return {};
  }
}

function sessionChanges(before: Snapshot, state: SessionState, nowNs: bigint): Partial<Snapshot> {
  const session = { state, sinceNs: nowNs };
  switch (state.kind) {
    case 'failed':
    case 'restarting':
      return { session, failures: withFailure(before.failures, state.failure, nowNs) };
    case 'starting':
      // Another ffmpeg counts from 0 again.
      return { session, encoder: { ...before.encoder, last: NOTHING_ENCODED } };
    case 'streaming':
      return { session, outputs: withoutClosed(before.outputs) };
    case 'waiting':
    case 'closing':
      return { session };
  }
}

function withPlace(places: readonly Place[], { output, shown }: Place): readonly Place[] {
  return [...places.filter((place) => place.output !== output), { output, shown }];
}

function withFailure(failures: readonly PastFailure[], failure: Failure, nowNs: bigint) {
  const others = failures.filter(({ code }) => partOf(code) !== partOf(failure.code));
  return [{ ...failure, atNs: nowNs }, ...others];
}

/** ffmpeg counts from its own start: where the count is lower than before, it is another ffmpeg. */
function encoderCounts(before: EncoderCounts, frames: number, sizeBytes: number | undefined): EncoderCounts {
  const last = frames < before.last.frames ? { frames: 0, bytes: 0 } : before.last;
  const bytes = sizeBytes ?? last.bytes;
  return {
    frames: before.frames + frames - last.frames,
    bytes: before.bytes + Math.max(0, bytes - last.bytes),
    last: { frames, bytes },
  };
}

/** The time from one snapshot on, with all ages since: two snapshots do not tell the highest. */
export interface Interval {
  readonly before: Snapshot;
  readonly ages: Ages;
}

/** The interval that begins with this snapshot, with no ages yet. */
export function intervalFrom(before: Snapshot): Interval {
  return { before, ages: NO_AGES };
}

/** The same interval, up to this snapshot, which is that of a `frames` event. */
export function extended({ before, ages }: Interval, after: Snapshot): Interval {
  return { before, ages: mergeAges(ages, after.ages) };
}
