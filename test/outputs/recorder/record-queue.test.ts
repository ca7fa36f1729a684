import { describe, expect, test } from 'bun:test';
import { PACKET_BYTES } from '../../../src/mpegts/packet.ts';
import { OutputAccount } from '../../../src/outputs/output-account.ts';
import { QUEUE_MOST_BYTES, RecordQueue } from '../../../src/outputs/recorder/record-queue.ts';
import { SegmentCutter } from '../../../src/outputs/recorder/segment-cutter.ts';
import { piecesOf, type VideoPiece } from '../../../src/outputs/recorder/video-piece.ts';
import { ChunkMaker } from '../../support/chunks.ts';
import { picturesIn } from '../../support/ts-packets.ts';
import { skippedIn } from '../stream-stage.ts';

const MINUTE_TICKS = 5_400_000;
const PERIOD_TICKS = 3_750;

describe('a segment begins', () => {
  test('with the first keyframe, and with the first one after its time', () => {
    const cutter = new SegmentCutter({ segmentMs: 60_000, mostBytes: Infinity });
    expect(cutter.isCutAt(900, 0)).toBe(true);
    expect(cutter.isCutAt(900 + MINUTE_TICKS - PERIOD_TICKS, 0)).toBe(false);
    expect(cutter.isCutAt(900 + MINUTE_TICKS, 0)).toBe(true);
    expect(cutter.isCutAt(900 + MINUTE_TICKS + 180_000, 0)).toBe(false);
  });

  test('also where rounding has made it a little early, and where the written time begins again', () => {
    const cutter = new SegmentCutter({ segmentMs: 60_000, mostBytes: Infinity });
    const late = 2 ** 33 - 1_000;
    expect(cutter.isCutAt(late, 0)).toBe(true);
    expect(cutter.isCutAt(100, 0)).toBe(false);
    expect(cutter.isCutAt(MINUTE_TICKS - 1_000 - 1, 0)).toBe(true);
  });

  test('where time has jumped by more than can be told', () => {
    const cutter = new SegmentCutter({ segmentMs: 60_000, mostBytes: Infinity });
    expect(cutter.isCutAt(1_000_000, 0)).toBe(true);
    expect(cutter.isCutAt(999_999, 0)).toBe(true);
  });

  test('with the first keyframe behind so many bytes, however early', () => {
    const cutter = new SegmentCutter({ segmentMs: 60_000, mostBytes: 1_000 });
    const keyframe = (nth: number, place: number) => cutter.isCutAt(nth * 180_000, place);
    expect([keyframe(0, 500), keyframe(1, 1_499), keyframe(2, 1_500), keyframe(3, 2_499)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test('with the next keyframe where the one before was ended', () => {
    const cutter = new SegmentCutter({ segmentMs: 60_000, mostBytes: Infinity });
    expect(cutter.isCutAt(1_000, 0)).toBe(true);
    cutter.end();
    expect(cutter.isCutAt(2_000, 0)).toBe(true);
  });
});

describe('a chunk', () => {
  test('is cut before each keyframe in it, without a copy', () => {
    const pieces: VideoPiece[] = [];
    const came = { ns: 7n, wallMs: 8 };
    const video = new ChunkMaker((chunk, tables) => void pieces.push(...piecesOf(chunk, tables, came)));
    const all = [false, true, false, true].map((isKeyframe) => video.make({ isKeyframe }));
    video.picture({ isKeyframe: true });
    const bytes = Buffer.concat(all);
    video.bytes(bytes);
    const [, ...found] = pieces.slice(1);
    expect(pieces.map(({ begin }) => begin !== undefined)).toEqual([false, true, false, true, true]);
    expect(found.map(({ chunk }) => chunk.pictures.map(({ offsetBytes }) => offsetBytes))).toEqual([
      [0],
      [0, 6 * PACKET_BYTES],
      [0],
    ]);
    expect(pieces.slice(2).every(({ chunk }) => chunk.packets.buffer === bytes.buffer)).toBe(true);
    expect(pieces.at(-1)?.begin).toMatchObject({ came, ptsTicks: 133_500 + 3 * PERIOD_TICKS });
  });
});

class Stage {
  readonly account = new OutputAccount();
  readonly queue = new RecordQueue(this.account, { segmentMs: 1_000, mostBytes: Infinity });
  readonly video: ChunkMaker;
  readonly #room = new Uint8Array(100 * PACKET_BYTES);
  readonly #came = { ns: 0n, wallMs: 0 };
  #hasBegun = false;

  constructor() {
    this.video = new ChunkMaker((chunk, tables) => {
      for (const piece of piecesOf(chunk, tables, this.#came)) {
        this.#hasBegun ||= piece.begin !== undefined;
        if (this.#hasBegun) this.queue.push(piece);
      }
    });
  }

  /** What is to be done, all of it: the numbers of the pictures, and what else there is between them. */
  takeAll(): unknown[] {
    const steps: unknown[] = [];
    let packets: Uint8Array[] = [];
    const flush = () => {
      steps.push(...picturesIn(Buffer.concat(packets)).map(({ number }) => number));
      packets = [];
    };
    for (let step = this.#next(); step; step = this.#next()) {
      if (step.kind === 'packets') packets.push(step.packets.slice());
      else {
        flush();
        steps.push(step.kind);
      }
    }
    flush();
    return steps;
  }

  #next() {
    return this.queue.next(this.#room, this.queue.end);
  }
}

describe('what waits', () => {
  test('is taken out in order, with where segments begin and a recording ends', () => {
    const stage = new Stage();
    for (let gops = 0; gops < 3; gops += 1) stage.video.group(11);
    expect(stage.takeAll()).toEqual([
      'segment',
      ...Array(24).keys(),
      'segment',
      ...Array(12)
        .keys()
        .map((n) => n + 24),
    ]);
    stage.queue.endRecording();
    stage.queue.writtenToEnd(0n);
    expect(stage.account.sentPictures).toBe(36);
    stage.video.group(0);
    expect(stage.takeAll()).toEqual(['end', 'segment', 36]);
  });

  test('is only what was there when writing it began', () => {
    const stage = new Stage();
    stage.video.group(2);
    const until = stage.queue.end;
    stage.video.group(2);
    const room = new Uint8Array(1000 * PACKET_BYTES);
    const steps = [1, 2, 3].map(() => stage.queue.next(room, until)?.kind);
    expect(steps).toEqual(['segment', 'packets', undefined]);
  });

  test('is never more than it may be, and its last picture goes whole', () => {
    const stage = new Stage();
    stage.video.group(99, { sizeBytes: 100_000 });
    expect(stage.queue.sizeBytes).toBeLessThanOrEqual(QUEUE_MOST_BYTES);
    expect(stage.account.skipped.slow).toBe(100 - Math.floor(QUEUE_MOST_BYTES / 102_272));
    // Still too much waits for another one.
    stage.video.group(3, { sizeBytes: 100_000 });
    const numbers = stage.takeAll().slice(1);
    expect(numbers).toEqual([...Array(numbers.length).keys()]);
    stage.queue.written(0n);
    stage.video.group(1);
    expect(stage.takeAll()).toEqual(['segment', 104, 105]);
    stage.queue.writtenToEnd(0n);
    expect(stage.account.sentPictures + skippedIn(stage.account)).toBe(106);
  });

  test('has its bound also with a picture without an end', () => {
    const stage = new Stage();
    const endless = stage.video.make({ isKeyframe: true, sizeBytes: 20 * 1024 * 1024 });
    for (let offset = 0; offset < endless.length; offset += 5_000 * PACKET_BYTES) {
      stage.video.bytes(endless.subarray(offset, offset + 5_000 * PACKET_BYTES));
      expect(stage.queue.sizeBytes).toBeLessThanOrEqual(QUEUE_MOST_BYTES);
    }
    stage.video.group(0);
    expect(stage.takeAll()).toEqual(['segment', 1]);
    expect(stage.account.skipped.slow).toBe(1);
  });

  test('has its bound also where one outage follows the other while the disk hangs', () => {
    const stage = new Stage();
    const gop: VideoPiece[] = [];
    const video = new ChunkMaker((chunk, tables) => {
      const pieces = piecesOf(chunk, tables, { ns: 0n, wallMs: 0 });
      gop.push(...pieces.filter(({ begin }) => begin !== undefined || gop.length > 0));
    });
    let most = 0;
    for (let outages = 0; outages < 20; outages += 1) {
      gop.length = 0;
      video.group(7, { sizeBytes: 1_500_000 });
      stage.queue.pushRecent(gop);
      stage.queue.endRecording();
      most = Math.max(most, stage.queue.sizeBytes);
    }
    expect(most).toBeLessThanOrEqual(2 * QUEUE_MOST_BYTES + 16 * 1024 * 1024);
    stage.takeAll();
    stage.queue.writtenToEnd(0n);
    expect(stage.account.sentPictures + skippedIn(stage.account)).toBe(160);
    expect(stage.queue.isWaiting).toBe(false);
  });

  test('is lost where the disk fails: each picture once', () => {
    const stage = new Stage();
    stage.video.group(5);
    stage.takeAll();
    stage.queue.written(0n);
    stage.video.picture();
    stage.queue.lose(0n);
    expect([stage.account.sentPictures, stage.account.skipped.broken]).toEqual([5, 2]);
    expect(stage.takeAll()).toEqual([]);
    stage.video.group(0);
    expect(stage.takeAll()).toEqual(['segment', 7]);
  });
});
