import type { LinkFigures } from '../base/output-state.ts';

/** A link that holds for so long is good: a server that wants no video closes it within a second. */
export const LINK_SETTLE_MS = 2_000;

/** An open way for the packets of the video to one place. Nothing here blocks. */
export interface Carrier {
  /**
   * Takes as many of these whole packets of 188 bytes as there is room for, from the first on; they are not needed after
   * the call. Throws a `LinkError` where the way is broken.
   * @returns bytes taken, a multiple of 188; 0 where there is no room now
   */
  send(packets: Uint8Array): number;
  /** To be called ten times a second: throws a `LinkError` where the way is broken. @returns figures, where it is a link */
  look(): LinkFigures | undefined;
  /** Pictures that were taken and may not have arrived yet are fewer than what came in this time, in milliseconds. */
  readonly unconfirmedMs: number;
  /** Waits until what was taken has arrived, as far as that can be told, `limitMs` at the most; then closes. Never rejects. */
  finish(limitMs: number): Promise<void>;
  /** Closes at once. May be called again. */
  close(): void;
}

/** Opens a carrier: a connection that we make, a file, a socket. Rejects with a `LinkError`, or the reason of `signal`. */
export type OpenCarrier = (signal: AbortSignal) => Promise<Carrier>;

/** A place where viewers call us. */
export interface Listener {
  /** The viewers that have called since it was last asked. Throws a `LinkError` where it is of no use any more. */
  accept(): readonly Carrier[];
  close(): void;
}

/** Makes a listener: viewers can call once it is there. Rejects with a `LinkError`, or the reason of `signal`. */
export type OpenListener = (signal: AbortSignal) => Promise<Listener>;
