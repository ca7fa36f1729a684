import type { FrameSlot } from './frame.ts';

/** Id of a stream entry: two unsigned 64-bit numbers, the first of which XADD takes from the server's clock. */
export interface StreamId {
  readonly ms: bigint;
  readonly sequence: bigint;
}

/** As Redis writes it: `1700000000000-0`. */
export function formatStreamId(id: StreamId): string {
  return `${id.ms}-${id.sequence}`;
}

/** An entry of the stream: a frame of the right size, or what is wrong with it. */
export type StreamEntry =
  | { readonly kind: 'frame'; readonly id: StreamId; readonly pixels: FrameSlot }
  | { readonly kind: 'wrong-size'; readonly id: StreamId; readonly sizeBytes: number }
  | { readonly kind: 'no-key'; readonly id: StreamId }
  | { readonly kind: 'too-many-fields'; readonly id: StreamId; readonly fieldCount: number }
  /** `MOST_OTHER_BYTES` are passed; how many there are in all is not looked at. */
  | { readonly kind: 'too-much-beside'; readonly id: StreamId };

/** An entry that is dropped, and why. */
export type WrongEntry = Exclude<StreamEntry, { readonly kind: 'frame' }>;
