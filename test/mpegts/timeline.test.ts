import { describe, expect, test } from 'bun:test';
import { encoded, seenIn } from './made-encoder.ts';
import { AUDIO_PID, joined, patPacket, picture, pmtPacket } from './made-packets.ts';
import { FIRST, GOES_ON, MODULUS, PERIOD, ptsOf, TimelineStage } from './timeline-stage.ts';

describe('the first encoder of all', () => {
  test('is left as it is', () => {
    const packets = encoded({ periodTicks: PERIOD, count: 3, firstTicks: 12_345, delay: 1 });
    const before = packets.slice();
    const stage = new TimelineStage();
    stage.timeline.begin(FIRST, PERIOD);
    stage.rewrite(packets);
    expect(packets).toEqual(before);
  });

  test('and so is everything before it begins', () => {
    const packets = encoded({ periodTicks: PERIOD, count: 3 });
    const before = packets.slice();
    new TimelineStage().rewrite(packets);
    expect(packets).toEqual(before);
  });
});

describe('an encoder that takes over', () => {
  test('goes on one period after the last picture, with all of its times', () => {
    const stage = new TimelineStage();
    stage.run(FIRST, { firstTicks: 1_000 });
    const seen = stage.run(GOES_ON, { firstTicks: 500_000 });
    expect(ptsOf(seen)).toEqual([16_000, 19_750, 23_500, 27_250]);
    expect(seen.pcrTicks).toEqual([7_000, 10_750, 14_500, 18_250]);
    expect(seen.jumps).toEqual([]);
  });

  test('is rounded to the nearest tick', () => {
    const stage = new TimelineStage();
    // The last picture is shown at 3,003 and the next one at 4,504.5.
    stage.run(FIRST, { periodTicks: 1_501.5, count: 3 });
    expect(ptsOf(stage.run(GOES_ON, { periodTicks: 1_501.5, count: 3 }))).toEqual([4_505, 6_007, 7_508]);
  });

  test('leaves the tables and the extension of the clock as they are', () => {
    const stage = new TimelineStage();
    stage.run(FIRST);
    stage.timeline.begin(GOES_ON, PERIOD);
    const packets = encoded({ periodTicks: PERIOD, count: 1 });
    stage.rewrite(packets);
    const shift = 4 * PERIOD;
    const expected = encoded({ periodTicks: PERIOD, count: 1, firstTicks: shift });
    expect(packets).toEqual(expected);
  });

  test('leaves a gap where frames were lost, and says so in its first clock alone', () => {
    const stage = new TimelineStage();
    stage.run(FIRST);
    const seen = stage.run({ kind: 'goes-on', lostFrames: 2 });
    expect(ptsOf(seen)[0]).toBe(6 * PERIOD);
    expect(seen.jumps).toEqual([0]);
  });

  test('goes by real time after a standstill of more than 1 s', () => {
    for (const [waitMs, gapTicks] of [
      [1_000, PERIOD],
      [1_001, 90_090],
      [2_000, 180_000],
    ] as const) {
      const stage = new TimelineStage();
      stage.run(FIRST);
      const seen = stage.run(GOES_ON, {}, waitMs);
      expect(ptsOf(seen)[0]).toBe(3 * PERIOD + gapTicks);
      expect(seen.jumps).toEqual(gapTicks > PERIOD ? [0] : []);
    }
  });

  test('but by the frames that were lost where they are longer', () => {
    const stage = new TimelineStage();
    stage.run(FIRST);
    const seen = stage.run({ kind: 'goes-on', lostFrames: 47 }, {}, 1_500);
    expect(ptsOf(seen)[0]).toBe(51 * PERIOD);
  });

  test('counts real time from the last picture, not from the last packets', () => {
    const stage = new TimelineStage();
    stage.run(FIRST);
    stage.nowNs += 900_000_000n;
    stage.rewrite(joined([patPacket(), pmtPacket()]));
    expect(ptsOf(stage.run(GOES_ON, {}, 900))[0]).toBe(3 * PERIOD + 162_000);
  });

  test('says that time jumps in the first clock, also when that comes later', () => {
    const stage = new TimelineStage();
    stage.run(FIRST);
    stage.timeline.begin({ kind: 'goes-on', lostFrames: 1 }, PERIOD);
    const tables = joined([patPacket(), pmtPacket()]);
    const first = joined([tables, picture({ ptsTicks: 0, isKeyframe: true })]);
    stage.rewrite(first);
    expect(seenIn(first).jumps).toEqual([]);
    const second = joined([
      tables,
      picture({ ptsTicks: PERIOD, pcrTicks: 0 }),
      picture({ ptsTicks: 0, pcrTicks: 9 }),
    ]);
    stage.rewrite(second);
    expect(seenIn(second).jumps).toEqual([0]);
  });
});

describe('a session that begins', () => {
  test('goes on after the real time since the last picture, and says that time jumps', () => {
    const stage = new TimelineStage();
    stage.run(FIRST);
    const seen = stage.run(FIRST, {}, 100);
    expect(ptsOf(seen)[0]).toBe(3 * PERIOD + 9_000);
    expect(seen.jumps).toEqual([0]);
  });

  test('goes on after one period at least', () => {
    const stage = new TimelineStage();
    stage.run(FIRST);
    const seen = stage.run(FIRST, {}, 1);
    expect(ptsOf(seen)[0]).toBe(4 * PERIOD);
    expect(seen.jumps).toEqual([0]);
  });

  test('is right after days, too', () => {
    const stage = new TimelineStage();
    stage.run(FIRST);
    const days = 3.5;
    const gapTicks = days * 86_400 * 90_000;
    const seen = stage.run(FIRST, {}, days * 86_400_000);
    expect(ptsOf(seen)[0]).toBe((3 * PERIOD + gapTicks) % MODULUS);
    expect(ptsOf(stage.run(GOES_ON))[0]).toBe((7 * PERIOD + gapTicks) % MODULUS);
  });
});

describe('an encoder without a picture', () => {
  test('hands on what the one after it has to make up for', () => {
    const stage = new TimelineStage();
    stage.run(FIRST);
    stage.timeline.begin({ kind: 'goes-on', lostFrames: 2 }, PERIOD);
    stage.rewrite(joined([patPacket(), pmtPacket()]));
    const seen = stage.run({ kind: 'goes-on', lostFrames: 3 });
    expect(ptsOf(seen)[0]).toBe(9 * PERIOD);
    expect(ptsOf(stage.run(GOES_ON))[0]).toBe(13 * PERIOD);
  });

  test('at the begin of a session leaves that to the next', () => {
    const stage = new TimelineStage();
    stage.run(FIRST);
    stage.timeline.begin(FIRST, PERIOD);
    const seen = stage.run(GOES_ON, {}, 500);
    expect(ptsOf(seen)[0]).toBe(3 * PERIOD + 45_000);
    expect(seen.jumps).toEqual([0]);
  });
});

describe('B-frames', () => {
  test('after none: the time of decoding goes on, too', () => {
    const stage = new TimelineStage();
    stage.run(FIRST, { count: 3 });
    const seen = stage.run(GOES_ON, { count: 5, delay: 2 });
    expect(seen.units.map((unit) => unit.dtsTicks / PERIOD)).toEqual([3, 4, 5, 6, 7]);
    expect(seen.units[0]?.ptsTicks).toBe(5 * PERIOD);
  });

  test('before none: the picture that is shown last counts, not the one that came last', () => {
    const stage = new TimelineStage();
    const before = stage.run(FIRST, { count: 5, delay: 2 });
    expect(before.units.map((unit) => unit.ptsTicks / PERIOD)).toEqual([0, 2, 1, 4, 3]);
    const seen = stage.run(GOES_ON);
    expect(ptsOf(seen)[0]).toBe(5 * PERIOD);
    // The clock, which goes with DTS, has jumped by the delay.
    expect(seen.jumps).toEqual([0]);
  });

  test('after B-frames: both go on without a jump', () => {
    const stage = new TimelineStage();
    stage.run(FIRST, { count: 5, delay: 2 });
    const seen = stage.run(GOES_ON, { count: 5, delay: 2, skip: 1, firstTicks: 77 });
    expect(seen.units.map((unit) => unit.dtsTicks / PERIOD)).toEqual([3, 4, 5, 6, 7]);
    expect(seen.jumps).toEqual([]);
  });
});

test('an encoder with a single picture that is delayed is gone on from as well', () => {
  const stage = new TimelineStage();
  stage.run(FIRST, { count: 1, delay: 2 });
  expect(stage.run(GOES_ON, { count: 1, delay: 2 }).units).toMatchObject([
    { ptsTicks: PERIOD, dtsTicks: MODULUS - PERIOD },
  ]);
});

describe('time of 33 bits', () => {
  test('wraps within one encoder, and the next one goes on behind that', () => {
    const stage = new TimelineStage();
    const first = stage.run(FIRST, { firstTicks: MODULUS - 5_000 });
    expect(ptsOf(first)).toEqual([MODULUS - 5_000, MODULUS - 1_250, 2_500, 6_250]);
    expect(ptsOf(stage.run(GOES_ON, { firstTicks: MODULUS - 3_750 }))).toEqual([
      10_000, 13_750, 17_500, 21_250,
    ]);
  });

  test('goes on for ever: an encoder that runs for days', () => {
    const stage = new TimelineStage();
    stage.run(FIRST, { firstTicks: 1_000, count: 1 });
    stage.timeline.begin(GOES_ON, PERIOD);
    // Ten hours a step.
    const stepTicks = 864_000 * PERIOD;
    for (let step = 0; step < 12; step += 1) {
      const packets = encoded({ periodTicks: PERIOD, count: 1, firstTicks: step * stepTicks });
      stage.rewrite(packets);
      expect(ptsOf(seenIn(packets))).toEqual([(4_750 + step * stepTicks) % MODULUS]);
    }
    expect(ptsOf(stage.run(GOES_ON, { count: 1 }))).toEqual([(4_750 + 11 * stepTicks + PERIOD) % MODULUS]);
  });
});

test('the times of other streams are shifted by the same', () => {
  const stage = new TimelineStage();
  stage.run(FIRST);
  stage.timeline.begin(GOES_ON, PERIOD);
  const packets = joined([
    patPacket(),
    pmtPacket(),
    audio(7),
    picture({ ptsTicks: 0, isKeyframe: true }),
    audio(9),
  ]);
  stage.rewrite(packets);
  const shift = 4 * PERIOD;
  const expected = [audio(7 + shift), picture({ ptsTicks: shift, isKeyframe: true }), audio(9 + shift)];
  expect(packets).toEqual(joined([patPacket(), pmtPacket(), ...expected]));
});

function audio(ptsTicks: number): Uint8Array {
  return picture({ pid: AUDIO_PID, streamId: 0xc0, ptsTicks });
}

describe('how far an encoder has come', () => {
  test('is not known before its first picture', () => {
    const stage = new TimelineStage();
    expect(stage.timeline.progress).toBeUndefined();
    stage.run(FIRST);
    expect(stage.timeline.progress).toEqual({ beginTicks: 0, shownTicks: 3 * PERIOD });
    stage.timeline.begin(GOES_ON, PERIOD);
    expect(stage.timeline.progress).toBeUndefined();
  });

  test('goes on by one period with each picture, also with B-frames, with fractions and beyond 33 bits', () => {
    const stage = new TimelineStage();
    const firstTicks = MODULUS - 1_000;
    for (const delay of [0, 1]) {
      stage.run(FIRST, { periodTicks: 1_501.5, count: 7, firstTicks, delay }, 10);
      const progress = stage.timeline.progress;
      expect((progress?.shownTicks ?? 0) - (progress?.beginTicks ?? 0)).toBe(6 * 1_501.5);
      expect(progress?.beginTicks).toBeGreaterThanOrEqual(firstTicks);
    }
  });
});
