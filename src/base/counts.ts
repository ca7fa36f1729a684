/** What became of the frames since the start of the program. */
export interface FrameCounts {
  /** Frames handed to ffmpeg. */
  readonly output: number;
  /** Those that were not handed over before, `lost` ones too. */
  readonly unique: number;
  readonly dup: number;
  /** Frames read, but never sent: they stood in a backlog that did not become shorter by itself. */
  readonly trimmed: number;
  /** Frames read, but never sent: a newer one took their place. */
  readonly replaced: number;
  /** Frames read, but never sent: the video was closed before their tick, or none was opened with them since they were old. */
  readonly unsent: number;
  /** Unique frames that were handed to an ffmpeg, or a link behind it, that then turned out to be dead. */
  readonly lost: number;
  /** Entries of a wrong size or without the key. */
  readonly wrong: number;
  /** Frames of the right size read from Redis. */
  readonly read: number;
  /** Ticks that came more than a period late. */
  readonly late: number;
}

/** Why a frame that was read is never sent; each is counted by its name. */
export type DropCause = 'trimmed' | 'replaced' | 'unsent';

/** Frames read, but never sent. */
export function droppedFrames({ trimmed, replaced, unsent }: Pick<FrameCounts, DropCause>): number {
  return trimmed + replaced + unsent;
}

/** Ages of the new frames when they were sent, for as many of them as have one. */
export interface Ages {
  readonly count: number;
  readonly sumMs: number;
  readonly maxMs: number;
}

/** Of no frame. */
export const NO_AGES: Ages = { count: 0, sumMs: 0, maxMs: 0 };

/** The ages of two times together. */
export function mergeAges(a: Ages, b: Ages): Ages {
  return { count: a.count + b.count, sumMs: a.sumMs + b.sumMs, maxMs: Math.max(a.maxMs, b.maxMs) };
}

/** What is known of the source: how much it has added, or why that is not counted. */
export type SourceCounts =
  | {
      readonly kind: 'counted';
      /** Entries added since the first look, and those read by then. */
      readonly entries: number;
      /** Those of them that were neither read nor will be. */
      readonly passedOver: number;
    }
  | { readonly kind: 'not-counted'; readonly reason: string };

/** What a session has lost when it failed. */
export interface Loss {
  /** ffmpeg had encoded so many of its frames; those behind them never left it. */
  readonly encodedFrames: number;
  /** How long the link may have been dead unnoticed; 0 where there is none. */
  readonly unnoticedMs: number;
}
