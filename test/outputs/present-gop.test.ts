import { describe, expect, test } from 'bun:test';
import { PACKET_BYTES } from '../../src/mpegts/packet.ts';
import { GOP_MOST_BYTES } from '../../src/outputs/present-gop.ts';
import { ChunkMaker } from '../support/chunks.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { picturesIn, readStream } from '../support/ts-packets.ts';

function maker(): ChunkMaker {
  return new ChunkMaker(() => {});
}

/** What one who joins gets, by the numbers of the pictures; undefined where nobody can join. */
function joined(made: ChunkMaker): number[] | undefined {
  const { joinPoint } = made.gop;
  if (!joinPoint) return undefined;
  const bytes = Buffer.concat(joinPoint.chunks.map(({ packets }) => packets));
  return picturesIn(bytes).map(({ number }) => number);
}

describe('what one can join with', () => {
  test('is nothing before the first keyframe', () => {
    expect(joined(maker())).toBeUndefined();
  });

  test('is all since the last keyframe, and not what is before it in the same chunk', () => {
    const made = maker();
    made.group(2);
    expect(joined(made)).toEqual([0, 1, 2]);
    const before = made.make();
    made.bytes(Buffer.concat([before, made.make({ isKeyframe: true }), made.make()]));
    made.picture();
    expect(joined(made)).toEqual([4, 5, 6]);
    const [first] = made.gop.joinPoint?.chunks ?? [];
    expect(first?.pictures.map(({ offsetBytes, isKeyframe }) => [offsetBytes, isKeyframe])).toEqual([
      [0, true],
      [6 * PACKET_BYTES, false],
    ]);
  });

  test('begins with PAT and PMT, which lie beside it', () => {
    const made = maker();
    made.group(0);
    const tables = made.gop.joinPoint?.tables ?? new Uint8Array(0);
    expect(readStream(tables).map(({ kind }) => kind)).toEqual(['pat', 'pmt']);
  });

  test('has a number that grows from one keyframe to the next', () => {
    const made = maker();
    const numbers = [made.gop.number];
    for (let group = 0; group < 3; group += 1) {
      made.group(2);
      numbers.push(made.gop.number);
    }
    expect(numbers).toEqual([0, 1, 2, 3]);
  });

  test('is nothing where the GOP is too long to be kept, up to the next keyframe', () => {
    const made = maker();
    made.group(1, { sizeBytes: GOP_MOST_BYTES / 2 });
    expect(joined(made)).toBeUndefined();
    made.picture();
    expect(joined(made)).toBeUndefined();
    made.group(1);
    expect(joined(made)).toEqual([3, 4]);
  });

  test('has the time at which its keyframe came', async () => {
    const clock = new FakeClock();
    const made = new ChunkMaker(() => {}, clock);
    made.group(2);
    await clock.advanceMs(40);
    made.group(0);
    const beganNs = clock.nowNs();
    await clock.advanceMs(40);
    made.picture();
    expect(made.gop.joinPoint?.sinceNs).toBe(beganNs);
  });

  test('has a size, and that of its first picture, however it came', () => {
    const made = maker();
    const keyframe = made.make({ isKeyframe: true, sizeBytes: 4_000 });
    const next = made.make();
    made.bytes(keyframe.subarray(0, 10 * PACKET_BYTES));
    expect(made.gop.joinPoint).toMatchObject({
      sizeBytes: 8 * PACKET_BYTES,
      firstPictureBytes: 8 * PACKET_BYTES,
    });
    made.bytes(Buffer.concat([keyframe.subarray(10 * PACKET_BYTES), next]));
    const pictureBytes = keyframe.length - 2 * PACKET_BYTES;
    expect(made.gop.joinPoint).toMatchObject({
      sizeBytes: pictureBytes + next.length,
      firstPictureBytes: pictureBytes,
    });
    const keyframes = Buffer.concat([made.make({ isKeyframe: true }), made.make()]);
    made.bytes(keyframes);
    expect(made.gop.joinPoint).toMatchObject({
      sizeBytes: 12 * PACKET_BYTES,
      firstPictureBytes: 6 * PACKET_BYTES,
    });
  });
});
