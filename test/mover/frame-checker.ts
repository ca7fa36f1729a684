import { readSync } from 'node:fs';
import { PALETTES } from '../../src/config/config.ts';
import { fillFrame } from './frame-pattern.ts';
import { fillPicture } from './picture-pattern.ts';

// Reads frames from standard input as ffmpeg would and compares every byte with what frame n has to be. Prints how many
// frames came whole and how many did not. Arguments: size in bytes, and after how many bytes to pause for 1 ms (0 = never);
// where they are pictures with marks, also width, height and palette.
const [sizeBytes = 0, pauseEveryBytes = 0, widthPx = 0, heightPx = 0] = process.argv.slice(2).map(Number);
const palette = PALETTES.find((name) => name === process.argv[6]);
const expected = Buffer.alloc(sizeBytes);
const frame = Buffer.alloc(sizeBytes);
let [whole, torn, sincePauseBytes] = [0, 0, 0];

while (readFrame()) {
  if (palette) fillPicture(expected, { widthPx, heightPx, palette }, whole + torn);
  else fillFrame(expected, whole + torn);
  if (frame.equals(expected)) whole += 1;
  else torn += 1;
}
process.stdout.write(`${whole} ${torn}\n`);

function readFrame(): boolean {
  for (let offset = 0; offset < sizeBytes;) {
    const mostBytes =
      pauseEveryBytes > 0 ? Math.min(pauseEveryBytes, sizeBytes - offset) : sizeBytes - offset;
    const count = readSync(0, frame, offset, mostBytes, null);
    if (count === 0) return false;
    offset += count;
    sincePauseBytes += count;
    if (pauseEveryBytes === 0 || sincePauseBytes < pauseEveryBytes) continue;
    sincePauseBytes = 0;
    Bun.sleepSync(1);
  }
  return true;
}
