const word = Buffer.alloc(8);

/** Fills a frame so that every 8 bytes of it tell its number: no piece of another frame can pass for one of this. */
export function fillFrame(frame: Uint8Array, frameNumber: number): void {
  word.writeUInt32LE(frameNumber, 0);
  word.writeUInt32LE(Math.imul(frameNumber, 0x9e37_79b1) >>> 0, 4);
  Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).fill(word);
}
