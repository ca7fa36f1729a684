import { describe, expect, spyOn, test } from 'bun:test';
import type { Frame, FrameSlot } from '../../src/base/frame.ts';
import { PictureSink } from '../../src/mover/picture-sink.ts';
import { FrameSlots } from '../../src/os/frame-slots.ts';
import { failure, pictureOf, withSink } from '../os/sink-stage.ts';
import { bytesOf } from '../os/slot-bytes.ts';

/** Copied into the pipe, handed over to it, and more than the pipe holds. */
const SIZES = [100_000, 400_000, 3_000_000];

/** What the pipe is given is frames of one value each; a shell says how many bytes of which value came, in their order. */
function runsOf(sizeBytes: number, waitS: number): string {
  const lines = `od -An -v -tu1 -w100000 | awk '{ same = 1; for (i = 2; i <= NF; i++) if ($i != $1) same = 0; print same ? $1 : "torn" }'`;
  return `sleep ${waitS}; ${lines} | uniq -c | awk '{ print $1 * 100000 / ${sizeBytes} "x" $2 }'`;
}

const frameOf = (pixels: FrameSlot): Frame => ({ id: '1-0', pixels });

function taken(slots: FrameSlots, value: number): FrameSlot {
  const slot = slots.acquire();
  bytesOf(slot).fill(value);
  if (!slot) throw new Error('no slot');
  return slot;
}

function memoryOf(slots: FrameSlots) {
  const picture = ({ pixels }: Frame) => pictureOf(slots, pixels);
  return { picture, unmarked: picture };
}

describe.each(SIZES)('a copy of a picture of %d bytes', (sizeBytes) => {
  test('arrives whole before the frames, although the slot has another frame before it is read', async () => {
    const { said } = await withSink(sizeBytes, runsOf(sizeBytes, 0.2), async ({ sink, slots, loop }) => {
      const input = new PictureSink(memoryOf(slots), sink, loop);
      const slot = taken(slots, 1);
      const handing = spyOn(sink, 'write');
      const warming = input.warm(frameOf(slot));
      // The copy is made once it is handed to the pipe; the reader still sleeps.
      while (handing.mock.calls.length === 0) await loop.pause(100_000n);
      bytesOf(slot).fill(2);
      await warming;
      await input.write(frameOf(slot));
      await input.finish();
    });
    expect(said.split('\n')).toEqual(['1x1', '1x2']);
  });

  test('is before a frame that is written while it is still being made', async () => {
    const { said } = await withSink(sizeBytes, runsOf(sizeBytes, 0), async ({ sink, slots, loop }) => {
      const input = new PictureSink(memoryOf(slots), sink, loop);
      const [slot, other] = [taken(slots, 1), taken(slots, 2)];
      await Promise.all([input.warm(frameOf(slot)), input.write(frameOf(other))]);
      await input.finish();
    });
    expect(said.split('\n')).toEqual(['1x1', '1x2']);
  });

  test('fails where the input is closed meanwhile, and touches the picture no more', async () => {
    const { result } = await withSink(sizeBytes, undefined, async ({ sink, slots, loop }) => {
      const input = new PictureSink(memoryOf(slots), sink, loop);
      const warming = failure(input.warm(frameOf(taken(slots, 1))));
      const writing = failure(input.write(frameOf(taken(slots, 2))));
      input.close();
      // A copy that went on would end the process.
      slots.close();
      return [await warming, await writing];
    });
    const words = 'ffmpeg takes no more frames: its input is closed (ffmpeg-ended)';
    expect(result).toEqual([words, words]);
  });
});

test('while a large picture is copied, whoever is due has a turn', async () => {
  const { result } = await withSink(40_000_000, undefined, async ({ sink, slots, loop }) => {
    let [turns, turnsByThen] = [0, 0];
    const over = new AbortController();
    const count = async () => {
      for (; !over.signal.aborted; turns += 1) await loop.pause(100_000n);
    };
    const pause = (durationNs: bigint) => {
      turnsByThen = turns;
      return loop.pause(durationNs);
    };
    const counting = count();
    const input = new PictureSink(memoryOf(slots), sink, { pause });
    // Nobody reads it: it fails once the copy is made, and never before.
    const warming = failure(input.warm(frameOf(taken(slots, 1))));
    await loop.pause(500_000_000n);
    input.close();
    over.abort();
    await Promise.all([warming, counting]);
    return turnsByThen;
  });
  // The copy takes a hundred times as long as one turn.
  expect(result).toBeGreaterThan(10);
});
