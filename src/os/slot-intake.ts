import type { FrameIntake, FrameSlot, MemoryArea } from '../base/frame.ts';
import { TAIL_BYTES } from './frame-slots.ts';

/** Takes a frame in as it is, into its slot. */
export class SlotIntake implements FrameIntake {
  #doneBytes = 0;

  constructor(private readonly slot: FrameSlot) {}

  room(): MemoryArea {
    const { address, sizeBytes } = this.slot;
    return { address: address + this.#doneBytes, sizeBytes: sizeBytes + TAIL_BYTES - this.#doneBytes };
  }

  took(sizeBytes: number): void {
    this.#doneBytes += sizeBytes;
  }
}
