import { expect, test } from 'bun:test';
import { libc } from '../../src/os/libc.ts';
import { failure, withSink } from './sink-stage.ts';

const SMALL_BYTES = 1_000;

test('what was written counts as read only once all of it is', async () => {
  const { result } = await withSink(SMALL_BYTES, undefined, async ({ sink, loop, readFd, write }) => {
    await write(1);
    let isRead = false;
    const reading = sink.untilRead().then(() => (isRead = true));
    const away = new Uint8Array(new ArrayBuffer(SMALL_BYTES));
    libc.read(readFd, away, SMALL_BYTES - 1);
    await loop.pause(20_000_000n);
    const early = isRead;
    libc.read(readFd, away, 1);
    await reading;
    return early;
  });
  expect(result).toBe(false);
});

test('what nobody will read is not waited for', async () => {
  const { result } = await withSink(SMALL_BYTES, 'sleep 0.1', async ({ sink, write }) => {
    await write(1);
    return failure(sink.untilRead());
  });
  expect(result).toBe('ffmpeg takes no more frames: nobody reads its input (ffmpeg-ended)');
});

test('a sink that is closed waits for nothing', async () => {
  const { result } = await withSink(SMALL_BYTES, undefined, async ({ sink, write }) => {
    await write(1);
    const reading = sink.untilRead();
    sink.close();
    await reading;
    return 'over';
  });
  expect(result).toBe('over');
});
