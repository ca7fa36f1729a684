/**
 * Moves frames from Redis to the encoder's stand-in as fast as the program's own parts can, without any pace, and prints
 * frames a second. Run by the benchmark as a process of its own.
 *
 * bun flat-out.ts PORT-OR-SOCKET FRAME_BYTES ENTRIES SECONDS ENCODER
 */
import { StreamFrameReader } from '../../src/redis/stream-frame-reader.ts';
import { flatOutParts } from './flat-out-parts.ts';

const [, , address = '', ...rest] = process.argv;
const [sizeBytes = 0, entries = 0, seconds = 0] = rest.map(Number);
const NEVER = new AbortController().signal;

const parts = flatOutParts({ address, sizeBytes, encoder: rest[3] ?? '' });
let frames = 0;
let passedS = 0;
await parts.run(moveUntilTime);
process.stdout.write(`frames=${frames} fps=${(frames / passedS).toFixed(2)}\n`);
process.exit(0);

async function moveUntilTime(): Promise<void> {
  const startMs = performance.now();
  while (passedS < seconds) {
    await moveAll();
    passedS = (performance.now() - startMs) / 1000;
  }
}

/** All that the stream holds, from its oldest frame on, which is where a new reader begins. */
async function moveAll(): Promise<void> {
  const { clock, connect, owner, sink } = parts;
  const frameReader = new StreamFrameReader({
    connect,
    stream: 'none that is counted',
    clock,
    maxDelayMs: 0,
    owner,
    emit: ({ kind }) => {
      if (kind === 'redis-lost' || kind === 'wrong-entry') throw new Error(kind);
    },
  });
  for (let index = 0; index < entries; index += 1) {
    const { frame } = await frameReader.next(NEVER);
    await sink.write(frame);
    owner.release(frame);
    frames += 1;
  }
  frameReader.close();
}
