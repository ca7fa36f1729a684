import { toArrayBuffer } from 'bun:ffi';
import { addressAt } from '../../src/os/libc.ts';
import type { Pixels } from '../../src/base/frame.ts';

/** The bytes of a frame as an array, wherever they are; valid for as long as the slot is the test's. */
export function bytesOf(pixels: Pixels | undefined): Uint8Array {
  if (pixels === undefined) throw new Error('no slot is free');
  if (pixels instanceof Uint8Array) return pixels;
  return new Uint8Array(toArrayBuffer(addressAt(pixels.address, 0), 0, pixels.sizeBytes));
}
