import type { Ages, FrameCounts, SourceCounts } from './counts.ts';
import type { Failure } from './failure.ts';
import type { LevelsReport } from './levels-report.ts';
import type { LinkFigures, OutputCounts, OutputState, RecordingFigures } from './output-state.ts';
import type { SessionState } from './session-state.ts';
import type { WrongEntry } from './stream-entry.ts';

/**
 * What happened, said once by whoever saw it, with the facts and without the words. It crosses from one thread to another as
 * it is. `status/` folds all of them into the `Snapshot` and says what an operator has to know.
 */
export type Event = SourceEvent | MoverEvent | SessionEvent | EncoderEvent | OutputEvent;

/** What happens on the way from Redis. */
export type SourceEvent =
  | { readonly kind: 'redis-lost'; readonly failure: Failure }
  | { readonly kind: 'redis-connected' }
  /** Ids are lower than before, or the stream is gone: reading goes on with the newest entry. */
  | { readonly kind: 'stream-started-over' }
  | { readonly kind: 'wrong-entry'; readonly entry: WrongEntry };

/** What happens between the reader and the pipe. */
export type MoverEvent =
  /** Too late to make up: so many ticks were given up. */
  | { readonly kind: 'schedule-restarted'; readonly lagMs: number; readonly skippedTicks: number }
  /** Counts since the start, and ages since the last such event. It comes once a second: without it, the mover hangs. */
  | {
      readonly kind: 'frames';
      readonly counts: FrameCounts;
      readonly ages: Ages;
      readonly source: SourceCounts;
    }
  /** About once a second while frames come whose levels are ours to map, which are the gray ones. */
  | { readonly kind: 'levels'; readonly levels: LevelsReport };

/** What a session does, and where it goes. */
type SessionEvent =
  | { readonly kind: 'session'; readonly state: SessionState }
  /**
   * The video for the destination `output` goes to `shown` from now on, which may be another file than that in the settings. Both
   * in the form that may be shown.
   */
  | { readonly kind: 'output'; readonly output: string; readonly shown: string };

/** What the outputs do that are ours. `output` is the destination in the form that may be shown, by which they are told apart. */
export type OutputEvent =
  | { readonly kind: 'output-state'; readonly output: string; readonly state: OutputState }
  /** A viewer called and was not let in, since so many are there. */
  | { readonly kind: 'viewer-turned-away'; readonly output: string; readonly viewers: number }
  /** A recorder has found so many segments that were cut off by the end of an earlier run, and has finished them. */
  | { readonly kind: 'segments-recovered'; readonly output: string; readonly segments: number }
  /** Once a second while a session is open. */
  | {
      readonly kind: 'output-figures';
      readonly output: string;
      readonly counts: OutputCounts;
      /** Absent where it is no link, or not connected. */
      readonly link?: LinkFigures;
      /** Of a recorder, once it has looked into its folder. */
      readonly recording?: RecordingFigures;
    };

/** What ffmpeg says, and what becomes of it within a session. */
export type EncoderEvent =
  /** Another one has taken over between two frames, as was asked for. */
  | { readonly kind: 'encoder-changed' }
  /** The one that was to take over could not: the one before goes on, and it is tried again. */
  | { readonly kind: 'encoder-not-changed'; readonly failure: Failure; readonly retryMs: number }
  /** Counted since the start of this ffmpeg, or of the session where that outlives it. */
  | { readonly kind: 'encoder-progress'; readonly frames: number; readonly sizeBytes?: number }
  /** A line of its log, without a line break. */
  | { readonly kind: 'encoder-line'; readonly line: string };

/** Takes an event in; never throws. */
export type Emit<E extends Event = Event> = (event: E) => void;
