import { toArrayBuffer, type Pointer } from 'bun:ffi';
import type { Pixels } from '../../src/frame/frame.ts';

/** The bytes of a frame as an array, wherever they are; valid for as long as the slot is the test's. */
export function bytesOf(pixels: Pixels | undefined): Uint8Array {
  if (pixels === undefined) throw new Error('no slot is free');
  if (pixels instanceof Uint8Array) return pixels;
  // Bun brands addresses as Pointer; that of a slot is one.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return new Uint8Array(toArrayBuffer(pixels.address as Pointer, 0, pixels.sizeBytes));
}
