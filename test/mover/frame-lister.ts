import { readSync } from 'node:fs';
import { fillFrame } from './frame-pattern.ts';

// Reads frames from standard input as ffmpeg would, and prints the number of each on a line, or `torn` where it is not
// one and the same frame to its last byte. Argument: size in bytes.
const sizeBytes = Number(process.argv[2]);
const frame = Buffer.alloc(sizeBytes);
const expected = Buffer.alloc(sizeBytes);

while (readFrame()) {
  const number = frame.readUInt32LE(0);
  fillFrame(expected, number);
  process.stdout.write(frame.equals(expected) ? `${number}\n` : 'torn\n');
}

function readFrame(): boolean {
  for (let offset = 0; offset < sizeBytes;) {
    const count = readSync(0, frame, offset, sizeBytes - offset, null);
    if (count === 0) return false;
    offset += count;
  }
  return true;
}
