import type { FrameSlot } from '../base/frame.ts';
import { addressAt, libc } from '../os/libc.ts';
import { PIECE_BYTES, type KernelMemory } from './kernel-memory.ts';
import type { Kernel } from './kernel.ts';
import type { PictureSize, PictureSlots } from './picture-slots.ts';

interface ChromaParts {
  readonly kernel: Kernel;
  readonly memory: KernelMemory;
  readonly size: PictureSize;
  readonly slots: PictureSlots;
}

/**
 * Makes the chroma of a picture from its luma, a band of lines at a time: as many as have room where samples are received, between two
 * frames. What comes out lies where luma does otherwise.
 */
export function mapChroma({ kernel, memory, size, slots }: ChromaParts, slot: FrameSlot): void {
  const { widthPx, heightPx, strideBytes, chromaBytes } = size;
  const { samples, luma, uOfLuma, vOfLuma } = memory.offsets;
  const bandLines = 2 * Math.trunc(PIECE_BYTES / (2 * strideBytes));
  const address = slots.chromaAddress(slot);
  for (let line = 0; line < heightPx; line += bandLines) {
    const lines = Math.min(bandLines, heightPx - line);
    const planeBytes = (Math.ceil(lines / 2) * strideBytes) / 2;
    const from = addressAt(slot.address, line * strideBytes);
    libc.memcpy(addressAt(memory.address(samples), 0), from, lines * strideBytes);
    const planes = { u: luma, v: luma + planeBytes, uOfLuma, vOfLuma };
    kernel.mapChroma({ luma: samples, strideBytes, widthPx, heightPx: lines, ...planes });
    const to = address + (line / 2) * (strideBytes / 2);
    libc.memcpy(addressAt(to, 0), addressAt(memory.address(luma), 0), planeBytes);
    libc.memcpy(addressAt(to, chromaBytes / 2), addressAt(memory.address(luma), planeBytes), planeBytes);
  }
}
