import { expect, test } from 'bun:test';
import { NS_PER_MS } from '../../src/base/clock.ts';
import { libc } from '../../src/os/libc.ts';
import { F_SETPIPE_SZ, failure, withSink } from './sink-stage.ts';

const FRAME_BYTES = 400_000;

test.each([
  ['nothing', undefined],
  ['a little every second', 'while [ "$(head -c 4096 | wc -c)" -gt 0 ]; do sleep 1; done'],
])('a reader that takes %s, but no whole frame, is a stall after 10 s', async (_, body) => {
  const { result } = await withSink(FRAME_BYTES, body, async ({ writeFd, write, loop }) => {
    libc.fcntl(writeFd, F_SETPIPE_SZ, 8_192);
    const startNs = loop.nowNs();
    const words = await failure(write(1));
    return { words, tookMs: Number((loop.nowNs() - startNs) / NS_PER_MS) };
  });
  expect(result.words).toBe('ffmpeg has taken no whole frame for 10 s (ffmpeg-stalled)');
  expect(result.tookMs).toBeGreaterThanOrEqual(9_999);
});
