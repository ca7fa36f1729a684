import { EncoderError } from '../../src/base/errors.ts';
import type { FrameSlot } from '../../src/base/frame.ts';
import { FrameSlots } from '../../src/os/frame-slots.ts';
import { libc } from '../../src/os/libc.ts';
import { PipeSink, type Picture } from '../../src/os/pipe-sink.ts';
import { makePipe } from '../../src/os/pipe.ts';
import type { PollLoop } from '../../src/os/poll-loop.ts';
import { inLoop } from './in-loop.ts';
import { bytesOf } from './slot-bytes.ts';

export const F_SETPIPE_SZ = 1031;

interface SinkStage {
  readonly sink: PipeSink;
  readonly slots: FrameSlots;
  readonly loop: PollLoop;
  readonly readFd: number;
  readonly writeFd: number;
  /** Writes a frame whose bytes are all `value`. */
  readonly write: (value: number) => Promise<void>;
}

/** A sink into a pipe that `body` (a shell script) reads, if there is one; gives what it has said and what `use` gave. */
export async function withSink<T>(
  sizeBytes: number,
  body: string | undefined,
  use: (stage: SinkStage) => Promise<T>,
): Promise<{ said: string; result: T }> {
  const { readFd, writeFd } = makePipe();
  const reader = body && Bun.spawn(['sh', '-c', body], { stdio: [readFd, 'pipe', 'inherit'] });
  if (reader) libc.close(readFd);
  const result = await inLoop(async (loop) => {
    const slots = new FrameSlots(sizeBytes);
    const sink = new PipeSink(writeFd, loop, sizeBytes);
    const write = async (value: number) => {
      const slot = slots.acquire();
      if (!slot) throw new Error('no slot is free');
      bytesOf(slot).fill(value);
      await sink.write(pictureOf(slots, slot));
      slots.release(slot);
    };
    const answer = await use({ sink, slots, loop, readFd, writeFd, write });
    sink.close();
    return answer;
  });
  if (!reader) libc.close(readFd);
  const said = reader ? await reader.stdout.text() : '';
  return { said: said.trim(), result };
}

/** The picture that is a slot as it is. */
export function pictureOf(slots: Pick<FrameSlots, 'putInto'>, slot: FrameSlot): Picture {
  return { areas: [slot], hold: (pipe, endBytes) => slots.putInto(pipe, slot, endBytes) };
}

/** What writing a frame rejects with, in words and as its code; it has to be an `EncoderError`. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof EncoderError) return `${error.message} (${error.failure.code})`;
    throw error;
  }
  return 'it did not fail';
}
