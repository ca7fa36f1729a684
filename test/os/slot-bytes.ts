import { toArrayBuffer } from 'bun:ffi';
import type { FrameSlot } from '../../src/base/frame.ts';
import { addressAt } from '../../src/os/libc.ts';

/** The bytes of a slot as an array; valid for as long as the slot is the test's. */
export function bytesOf(slot: FrameSlot | undefined): Uint8Array {
  if (slot === undefined) throw new Error('no slot is free');
  return new Uint8Array(toArrayBuffer(addressAt(slot.address, 0), 0, slot.sizeBytes));
}
