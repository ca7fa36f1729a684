import type { LinkFigures, OutputCounts } from '../base/output-state.ts';
import type { Chunk } from './chunk.ts';
import type { PresentGop } from './present-gop.ts';

/** What an output tells of itself once a second. */
export interface OutputFigures {
  readonly counts: OutputCounts;
  /** Absent where it is no link, or not connected. */
  readonly link?: LinkFigures;
}

/** One way that the video of a session goes. It looks after itself: nothing here waits for it, and it holds up nobody. */
export interface Output {
  /** The destination in the form that may be shown, by which it is told from others. */
  readonly name: string;
  /**
   * Begins its life, once. It needs no video for that.
   * @param gop what one who joins now can begin with
   */
  open(gop: PresentGop): void;
  /** The next piece of the video. The present GOP has it already. */
  deliver(chunk: Chunk): void;
  figures(): OutputFigures;
  /** Hands on what it still has, `limitMs` at the most, and ends. Never rejects. */
  close(limitMs: number): Promise<void>;
}
