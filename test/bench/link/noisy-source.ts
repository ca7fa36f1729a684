/**
 * Writes numbered pictures that are hard to encode into a stream of Redis, at a constant rate, until SIGTERM.
 *
 * bun noisy-source.ts SOCKET-OF-REDIS STREAM WIDTH HEIGHT FPS ENTRIES-TO-KEEP NUMBER-OF-THE-FIRST
 */
import { Redis } from 'ioredis';
import { createNoisyPicture } from '../../support/noisy-picture.ts';

const [socket = '', stream = '', ...numbers] = process.argv.slice(2);
const [width = '', height = '', fps = '', kept = '', first = ''] = numbers;

const redis = new Redis(socket, { protocol: 2, enableReadyCheck: false });
const picture = createNoisyPicture({
  pixelFormat: 'gray16be',
  widthPx: Number(width),
  heightPx: Number(height),
});
const pixels = Buffer.alloc(picture.sizeBytes);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

const startMs = performance.now();
for (let index = 0; !stop.signal.aborted; index += 1) {
  // Drawn before its time, so that it is written at it.
  picture.draw(Number(first) + index, pixels);
  await Bun.sleep(Math.max(0, startMs + (index * 1000) / Number(fps) - performance.now()));
  await redis.xadd(stream, 'MAXLEN', '=', Number(kept), '*', 'pixels', pixels);
}
redis.disconnect();
