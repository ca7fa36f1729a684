import type { LinkFigures, OutputCounts, RecordingFigures } from '../base/output-state.ts';
import type { Chunk } from './chunk.ts';
import type { PresentGop } from './present-gop.ts';

/** What an output tells of itself once a second. */
export interface OutputFigures {
  readonly counts: OutputCounts;
  /** Absent where it is no link, or not connected. */
  readonly link?: LinkFigures;
  /** Of a recorder, once it has looked into its folder. */
  readonly recording?: RecordingFigures;
}

/** Whether the video gets anywhere by an output. */
export type OutputReach =
  | { readonly kind: 'gets' }
  /** Nobody is known to have got it since then, monotonic. */
  | { readonly kind: 'away'; readonly sinceNs: bigint; readonly doubt: ReachDoubt };

/**
 * What speaks against it that nobody gets it. `connecting`, `settling`: the first connection since the output was opened is being
 * tried, or is open and has not held for long enough yet. `none`: one has failed, or broken, be there another one by now.
 */
export type ReachDoubt = 'connecting' | 'settling' | 'none';

/** One way that the video of a session goes. It looks after itself: nothing here waits for it, and it holds up nobody. */
export interface Output {
  /** The destination in the form that may be shown, by which it is told from others. */
  readonly name: string;
  /**
   * Begins its life, once. It needs no video for that.
   * @param gop what one who joins now can begin with
   */
  open(gop: PresentGop): void;
  /** The next piece of the video. The present GOP has it already. @param tables PAT and PMT as they are now, 376 bytes */
  deliver(chunk: Chunk, tables: Uint8Array): void;
  readonly reach: OutputReach;
  figures(): OutputFigures;
  /** Hands on what it still has, `limitMs` at the most, and ends. Never rejects. */
  close(limitMs: number): Promise<void>;
}
