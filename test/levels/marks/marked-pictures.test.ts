import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { Frame, FrameSlot } from '../../../src/base/frame.ts';
import { MARKS, type Mark } from '../../../src/config/config.ts';
import { drawMarks } from '../../../src/levels/marks/draw-marks.ts';
import { markArea } from '../../../src/levels/marks/mark-area.ts';
import { markedRowBytes, markPlane } from '../../../src/levels/marks/mark-plane.ts';
import { MarkedPictures, type MarkedPlane } from '../../../src/levels/marks/marked-pictures.ts';
import { FrameSlots, type PagePipe } from '../../../src/os/frame-slots.ts';
import type { Picture } from '../../../src/os/pipe-sink.ts';
import { bytesOf } from '../../os/slot-bytes.ts';
import { joined } from '../levels-stage.ts';

const SECOND_NS = 1_000_000_000n;
const START_NS = 5_000n * SECOND_NS;
/** 2023-11-14 22:13:20.123 UTC. */
const ID = '1700000000123-0';
const TIME = '2023-11-14 22:13:20.123 UTC';

interface StageParts {
  readonly pixelFormat?: string;
  readonly widthPx?: number;
  readonly heightPx?: number;
  readonly overlay: readonly Mark[];
}

/** Marks of pictures whose first plane is a slot with noise in it, and whose second one is half as large. */
class MarkStage implements Disposable {
  readonly plane: MarkedPlane;
  readonly marks: MarkedPictures;
  readonly frame: Frame;
  readonly picture: Picture;
  /** What was said to hold the picture. */
  readonly held: number[] = [];
  readonly #slots: FrameSlots;
  readonly #others: FrameSlots;

  constructor({ pixelFormat = 'yuv420p', widthPx = 200, heightPx = 100, overlay }: StageParts) {
    const plane = markPlane(pixelFormat);
    if (!plane) throw new Error(`nothing can be drawn in ${pixelFormat}`);
    const rowPx = pixelFormat === 'yuv420p' ? widthPx + (widthPx % 2) : widthPx;
    this.plane = { widthPx, heightPx, rowBytes: markedRowBytes(pixelFormat, plane, rowPx), plane };
    this.marks = new MarkedPictures(this.plane, { overlay, name: 'imagestream' });
    this.#slots = new FrameSlots(this.plane.rowBytes * (heightPx + (heightPx % 2)));
    this.#others = new FrameSlots(1_000);
    const [pixels, other] = [this.#slots.acquire(), this.#others.acquire()];
    if (!pixels || !other) throw new Error('no slot is free');
    for (const slot of [pixels, other])
      bytesOf(slot).forEach((_, index, bytes) => (bytes[index] = 50 + ((index * 7) % 97)));
    this.frame = { id: ID, pixels, writtenNs: START_NS };
    this.picture = { areas: [pixels, other], hold: (_, endBytes) => void this.held.push(endBytes) };
  }

  /** A frame that is another one, with the same in it. */
  another(): Frame {
    return { ...this.frame };
  }

  marked(afterS: number, frame = this.frame): Picture {
    return this.marks.marked(frame, this.picture, START_NS + BigInt(Math.round(afterS * 1e9)));
  }

  /** The picture with these lines on it. */
  expected(...lines: string[]): Uint8Array {
    const { widthPx, heightPx, rowBytes, plane } = this.plane;
    const bytes = joined(this.picture.areas);
    const area = markArea({ widthPx, heightPx, lines });
    if (!area) return bytes;
    const from = area.firstRow * rowBytes;
    drawMarks(bytes.subarray(from, from + area.rowCount * rowBytes), rowBytes, plane, area);
    return bytes;
  }

  [Symbol.dispose](): void {
    this.marks.close();
    this.#slots.close();
    this.#others.close();
  }
}

function expectLines(stage: MarkStage, picture: Picture, ...lines: string[]): void {
  expect(Buffer.compare(joined(picture.areas), stage.expected(...lines))).toBe(0);
}

describe('a picture without marks', () => {
  test('is passed on as it is', () => {
    using stage = new MarkStage({ overlay: [] });
    for (const afterS of [0, 1, 3, 3_600]) expect(stage.marked(afterS)).toBe(stage.picture);
  });

  test('is one on which there is nothing to tell', () => {
    using stage = new MarkStage({ overlay: ['time', 'age', 'standstill'] });
    const { id, pixels } = stage.frame;
    expect(stage.marked(0, { id, pixels })).toBe(stage.picture);
  });
});

describe('the mark of a picture that stands still', () => {
  test('comes once the same frame was sent for 2 s, counts on, and goes with the next frame', () => {
    using stage = new MarkStage({ overlay: ['standstill'] });
    for (const afterS of [0, 1, 1.999]) expect(stage.marked(afterS)).toBe(stage.picture);
    expectLines(stage, stage.marked(2), 'NO NEW FRAME 00:02');
    expectLines(stage, stage.marked(2.9), 'NO NEW FRAME 00:02');
    expectLines(stage, stage.marked(12), 'NO NEW FRAME 00:12');
    expectLines(stage, stage.marked(3_725), 'NO NEW FRAME 1:02:05');
    const next = stage.another();
    expect(stage.marked(3_726, next)).toBe(stage.picture);
    expect(stage.marked(3_727.9, next)).toBe(stage.picture);
    expectLines(stage, stage.marked(3_728, next), 'NO NEW FRAME 00:02');
  });

  test('comes at once on the first one, where that is old: its source has stopped', () => {
    using stage = new MarkStage({ overlay: ['standstill'] });
    expectLines(stage, stage.marked(3_728), 'NO NEW FRAME 1:02:08');
  });

  test('does not come while new frames do, however old they are', () => {
    using stage = new MarkStage({ overlay: ['standstill'] });
    expect(stage.marked(0, stage.another())).toBe(stage.picture);
    for (let second = 0; second < 10; second += 1) {
      expect(stage.marked(second + 100, stage.another())).toBe(stage.picture);
    }
  });
});

describe('the other marks', () => {
  test('are lines in the order of MARKS, and tell the age at each tick', () => {
    using stage = new MarkStage({ widthPx: 300, overlay: MARKS });
    expectLines(stage, stage.marked(0.04), TIME, 'imagestream', 'age 40 ms');
    expectLines(stage, stage.marked(1.5), TIME, 'imagestream', 'age 1500 ms');
    expectLines(stage, stage.marked(12.04), TIME, 'imagestream', 'age 12.0 s', 'NO NEW FRAME 00:12');
  });

  test('change with a reload, from the next picture on', () => {
    using stage = new MarkStage({ overlay: ['name'] });
    expectLines(stage, stage.marked(0), 'imagestream');
    stage.marks.configure({ overlay: ['name', 'standstill'], name: 'other' });
    expectLines(stage, stage.marked(1), 'other');
    expectLines(stage, stage.marked(2), 'other', 'NO NEW FRAME 00:02');
    stage.marks.configure({ overlay: [], name: 'other' });
    expect(stage.marked(3)).toBe(stage.picture);
    // The time of the frame goes on.
    stage.marks.configure({ overlay: ['standstill'], name: 'other' });
    expectLines(stage, stage.marked(5), 'NO NEW FRAME 00:05');
  });
});

describe('what is handed over', () => {
  test('has the same size and the same bytes outside the marks, at any size and in any format', () => {
    const formats = fc.constantFrom('yuv420p', 'rgb24', 'uyvy422', 'yuv420p10le', 'bgra');
    const size = fc.integer({ min: 16, max: 900 });
    fc.assert(
      fc.property(formats, size, size, fc.subarray([...MARKS]), (pixelFormat, widthPx, heightPx, overlay) => {
        using stage = new MarkStage({ pixelFormat, widthPx, heightPx, overlay });
        const before = joined(stage.picture.areas);
        stage.marked(0);
        const { areas } = stage.marked(3);
        const lines = {
          time: TIME,
          name: 'imagestream',
          age: 'age 3000 ms',
          standstill: 'NO NEW FRAME 00:03',
        };
        const wanted = stage.expected(...overlay.map((mark) => lines[mark]));
        expect(Buffer.compare(joined(areas), wanted)).toBe(0);
        expect(areas.every(({ sizeBytes }) => sizeBytes > 0)).toBe(true);
        // The slot itself is what it was.
        expect(Buffer.compare(joined(stage.picture.areas), before)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  test('is copied only where the marks are: the rest is that of the slot', () => {
    using stage = new MarkStage({ widthPx: 200, heightPx: 100, overlay: ['name'] });
    const { pixels } = stage.frame;
    const { areas } = stage.marked(0);
    const [above, strip, below, other] = areas;
    expect(above).toEqual({ address: pixels.address, sizeBytes: 80 * 200 });
    expect(strip?.sizeBytes).toBe(16 * 200);
    expect(isInside(strip?.address ?? 0, pixels)).toBe(false);
    expect(below).toEqual({ address: pixels.address + 96 * 200, sizeBytes: 4 * 200 });
    expect(other).toBe(stage.picture.areas[1]);
    expect(areas.length).toBe(4);
  });
});

/** A pipe of which a test says how far it was read. */
class FakePipe implements PagePipe {
  read = 0;
  readBytes(): number {
    return this.read;
  }
}

/** The strip of a picture, which is what does not lie in its slot. */
function stripOf({ areas }: Picture, { pixels }: Frame): FrameSlot {
  const strip = areas.slice(0, -1).find(({ address }) => !isInside(address, pixels));
  if (!strip) throw new Error('the picture has no strip');
  return strip;
}

function isInside(address: number, slot: FrameSlot): boolean {
  return address >= slot.address && address < slot.address + slot.sizeBytes;
}

describe('a strip', () => {
  const PICTURE_BYTES = 1_000;

  test('is held with the picture until the pipe was read past it, and not drawn on until then', () => {
    using stage = new MarkStage({ overlay: ['name', 'age'] });
    const pipe = new FakePipe();
    const inPipe: { endBytes: number; strip: FrameSlot; bytes: Uint8Array }[] = [];
    for (let number = 0; number < 200; number += 1) {
      const picture = stage.marked(number / 100);
      expectLines(stage, picture, 'imagestream', `age ${number * 10} ms`);
      const strip = stripOf(picture, stage.frame);
      expect(inPipe.map((one) => one.strip.address)).not.toContain(strip.address);
      const endBytes = (number + 1) * PICTURE_BYTES;
      // In two pieces, as a pipe takes them.
      picture.hold(pipe, endBytes - 400);
      picture.hold(pipe, endBytes);
      inPipe.push({ endBytes, strip, bytes: bytesOf(strip).slice() });
      // Five pictures are in the pipe, the oldest of them half read.
      if (inPipe.length > 5) pipe.read = (inPipe[1]?.endBytes ?? 0) - 500;
      while ((inPipe[0]?.endBytes ?? Infinity) <= pipe.read) inPipe.shift();
      for (const one of inPipe) expect(Buffer.compare(bytesOf(one.strip), one.bytes)).toBe(0);
    }
    expect(inPipe.length).toBe(5);
    expect(stage.held.slice(-2)).toEqual([199_600, 200_000]);
  });

  test('is the first one again where the pipe is read as fast as it is written', () => {
    using stage = new MarkStage({ overlay: ['name'] });
    const pipe = new FakePipe();
    const addresses = Array.from({ length: 20 }, (_, number) => {
      const picture = stage.marked(number / 100);
      pipe.read = (number + 1) * PICTURE_BYTES;
      picture.hold(pipe, pipe.read);
      return stripOf(picture, stage.frame).address;
    });
    expect(new Set(addresses).size).toBe(1);
  });

  test('is missing where more are held than a pipe can hold: the picture goes without marks', () => {
    using stage = new MarkStage({ overlay: ['name'] });
    const pipe = new FakePipe();
    const strips = Array.from({ length: 6 }, (_, number) => {
      const picture = stage.marked(number / 100);
      picture.hold(pipe, (number + 1) * PICTURE_BYTES);
      return stripOf(picture, stage.frame);
    });
    expect(new Set(strips.map(({ address }) => address)).size).toBe(6);
    const drawn = strips.map((strip) => bytesOf(strip).slice());
    expect(stage.marked(1)).toBe(stage.picture);
    expect(strips.map((strip) => bytesOf(strip).slice())).toEqual(drawn);
    pipe.read = PICTURE_BYTES;
    expect(stripOf(stage.marked(1), stage.frame).address).toBe(strips[0]?.address ?? 0);
  });

  test('of a pipe that is closed is free, and those of the next one are held', () => {
    using stage = new MarkStage({ overlay: ['name'] });
    const [before, now] = [new FakePipe(), new FakePipe()];
    const first = stage.marked(0);
    first.hold(before, PICTURE_BYTES);
    before.read = Infinity;
    const second = stage.marked(0.1);
    second.hold(now, PICTURE_BYTES);
    const third = stage.marked(0.2);
    const [one, two, three] = [first, second, third].map((picture) => stripOf(picture, stage.frame).address);
    expect(two).toBe(one ?? 0);
    expect(three).not.toBe(two ?? 0);
  });
});
