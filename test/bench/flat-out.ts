/**
 * Moves frames from Redis to the encoder's stand-in as fast as the program's own parts can, without any pace, and prints
 * frames a second. Run by the benchmark as a process of its own.
 *
 * bun flat-out.ts PORT-OR-SOCKET WIDTHxHEIGHT ENTRIES SECONDS ENCODER
 */
import type { SourceEvent } from '../../src/base/event.ts';
import { StreamFrameReader } from '../../src/redis/stream-frame-reader.ts';
import { flatOutParts } from './flat-out-parts.ts';

const [, , address = '', size = '', ...rest] = process.argv;
const [entries = 0, seconds = 0] = rest.map(Number);
const NEVER = new AbortController().signal;

const parts = flatOutParts({ address, size, encoder: rest[2] ?? '' });
const { clock, connect, owner, sink } = parts;
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
  const stream = 'none that is counted';
  const reader = new StreamFrameReader({ connect, stream, clock, maxDelayMs: 0, owner, emit });
  for (let index = 0; index < entries; index += 1) {
    const { frame } = await reader.next(NEVER);
    await sink.write(frame);
    owner.release(frame);
    frames += 1;
  }
  reader.close();
}

function emit(event: SourceEvent): void {
  if (event.kind === 'redis-lost') throw new Error(event.failure.text);
  if (event.kind === 'wrong-entry') throw new Error('an entry is not a frame');
}
