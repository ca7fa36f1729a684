import { describe, expect, test } from 'bun:test';
import { Timeline } from '../../../src/mpegts/timeline.ts';
import { Hub } from '../../../src/outputs/hub.ts';
import type { OutputReach } from '../../../src/outputs/output.ts';
import { QUEUE_MOST_BYTES } from '../../../src/outputs/recorder/record-queue.ts';
import { RECENT_MOST_BYTES } from '../../../src/outputs/recorder/recent-video.ts';
import { picturesIn, TsMaker } from '../../support/ts-packets.ts';
import { WrittenVideo } from '../../support/written-video.ts';
import { PERIOD_MS, range, RecordingStage } from './recording-stage.ts';

const PERIOD_TICKS = 3_750;

const GETS: OutputReach = { kind: 'gets' };

function opened(options: ConstructorParameters<typeof RecordingStage>[0] = {}): RecordingStage {
  return new RecordingStage({ when: 'outage', ...options });
}

describe('a recorder of outages', () => {
  test('records nothing, not even a moment, where the link works from the start', async () => {
    const stage = opened();
    stage.open([stage.first('connecting')]);
    await stage.pictures(2);
    stage.others = [stage.first('settling')];
    await stage.pictures(46);
    stage.others = [GETS];
    await stage.pictures(24 * 60);
    await stage.close();
    expect(stage.folder.calls).toEqual(['recover']);
    expect(stage.counts).toEqual({ standby: 24 * 62 });
    expect(stage.take()).toEqual(['connecting', 'standby', 'closed']);
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('records from the first picture on where the link is refused from the start', async () => {
    const stage = opened();
    stage.open([stage.away()]);
    await stage.pictures(24 * 10);
    await stage.close();
    expect(stage.folder.numbers).toEqual([range(0, 240)]);
    expect(stage.counts).toEqual({ sent: 240 });
    expect(stage.take()).toEqual(['connecting', 'standby', 'streaming', 'closed']);
  });

  test('records from the first picture on where the first connection does not come about, or does not hold', async () => {
    for (const doubt of ['connecting', 'settling'] as const) {
      const stage = opened();
      stage.open([stage.first(doubt)]);
      await stage.pictures(24 * 10);
      await stage.close();
      expect(stage.folder.numbers).toEqual([range(0, 240)]);
    }
  });

  test('records a session that is over before the first connection is', async () => {
    const stage = opened();
    stage.open([stage.first('connecting')]);
    await stage.pictures(30);
    await stage.close();
    expect(stage.folder.numbers).toEqual([range(0, 30)]);
    expect(stage.counts).toEqual({ sent: 30 });
  });

  test('records nothing of a session that is over before a connection that carries is called good', async () => {
    const stage = opened();
    stage.open([stage.first('settling')]);
    await stage.pictures(30);
    await stage.close();
    expect(stage.folder.numbers).toEqual([]);
    expect(stage.counts).toEqual({ standby: 30 });
  });

  test('records all where there is no other output', async () => {
    const stage = opened().open([]);
    await stage.pictures(30);
    await stage.close();
    expect(stage.folder.numbers).toEqual([range(0, 30)]);
  });

  test('records from the keyframe before the last picture that got there, up to one after it is back', async () => {
    const stage = opened().open([GETS]);
    await stage.pictures(24 * 20 + 5);
    stage.others = [stage.away()];
    await stage.pictures(24 * 12);
    stage.others = [GETS];
    await stage.pictures(24 * 10);
    await stage.close();
    // Picture 484 got there; somebody gets the video again from 773 on.
    expect(stage.folder.numbers).toEqual([range(480, 792)]);
    expect(stage.folder.segments.map(({ state }) => state)).toEqual(['finished']);
    expect(stage.counts).toEqual({ sent: 312, standby: 480 + 1_013 - 792 });
    expect(stage.take()).toEqual(['connecting', 'standby', 'streaming', 'standby', 'closed']);
  });

  test('finishes a segment when the outage is over, not at the end of the session', async () => {
    const stage = opened();
    stage.open([stage.away()]);
    await stage.pictures(50);
    stage.others = [GETS];
    await stage.pictures(24 * 2);
    expect(stage.folder.segments.map(({ state }) => state)).toEqual(['finished']);
    await stage.close();
  });

  test('makes one recording of a link that flaps', async () => {
    const stage = opened().open([GETS]);
    await stage.pictures(24 * 8 + 3);
    const away = stage.away();
    for (let times = 0; times < 10; times += 1) {
      stage.others = [away];
      await stage.pictures(43);
    }
    stage.others = [away];
    await stage.close();
    expect(stage.folder.numbers).toEqual([range(192, 195 + 430)]);
  });

  test('goes on with the same segment where the link was back for less than a GOP', async () => {
    const stage = opened();
    stage.open([stage.away()]);
    await stage.pictures(24 * 4 + 2);
    stage.others = [GETS];
    await stage.pictures(10);
    stage.others = [stage.away()];
    await stage.pictures(8);
    await stage.pictures(40);
    await stage.close();
    // It ended with the keyframe 120, before the second outage was one; that begins with what was not recorded yet.
    expect(stage.folder.numbers).toEqual([range(0, 120), range(120, 156)]);
    expect(stage.counts).toEqual({ sent: 156 });
  });

  test('records nothing while one of two other outputs gets the video', async () => {
    const stage = opened();
    const away = stage.away();
    stage.open([away, GETS]);
    await stage.pictures(24 * 10);
    stage.others = [away, stage.away()];
    await stage.pictures(24 * 3);
    stage.others = [GETS, away];
    await stage.pictures(24 * 3);
    await stage.close();
    expect(stage.folder.numbers).toEqual([range(216, 24 * 13)]);
  });

  test('has each segment to itself, cut by time', async () => {
    const stage = opened({ segmentMs: 2_000 });
    stage.open([stage.away()]);
    await stage.pictures(24 * 5);
    stage.others = [GETS];
    await stage.pictures(24 * 10);
    stage.others = [stage.away()];
    await stage.pictures(24 * 3);
    await stage.close();
    expect(stage.folder.numbers).toEqual([
      range(0, 48),
      range(48, 96),
      range(96, 120),
      range(336, 384),
      range(384, 432),
    ]);
    expect(stage.known).toBe(432);
  });

  test('records to the end where the hub is closed in an outage, also one that was not yet noticed', async () => {
    const stage = opened().open([GETS]);
    await stage.pictures(50);
    stage.others = [stage.away()];
    await stage.pictures(24);
    await stage.clock.jumpMs(20);
    await stage.close();
    expect(stage.folder.numbers).toEqual([range(48, 74)]);
    expect(stage.counts).toEqual({ sent: 26, standby: 48 });
    expect(stage.folder.segments.map(({ state }) => state)).toEqual(['finished']);
  });

  test('sees an outage also while no video comes', async () => {
    const stage = opened().open([GETS]);
    await stage.pictures(50);
    stage.others = [stage.away()];
    await stage.clock.advanceMs(2_000);
    expect(stage.folder.numbers).toEqual([range(48, 50)]);
    await stage.close();
  });
});

test('another encoder within an outage is recorded in the same segment, and time goes on in it', async () => {
  const stage = opened();
  stage.others = [stage.away()];
  const hub = new Hub({ clock: stage.clock, timeline: new Timeline(), emit: () => {} }, [stage.output]);
  for (const [first, firstTicks] of [
    [0, 0],
    [40, 9_000_000],
  ] as const) {
    const video = new WrittenVideo(new TsMaker(PERIOD_TICKS, firstTicks, first));
    const join =
      first === 0 ? ({ kind: 'first-of-session' } as const) : ({ kind: 'goes-on', lostFrames: 0 } as const);
    const feed = hub.feed(video, { join, periodTicks: PERIOD_TICKS, isWarmedUp: false });
    for (let made = 0; made < 40; made += 1) {
      await video.picture(made % 24 === 0);
      await stage.clock.advanceMs(PERIOD_MS);
    }
    video.end();
    await feed.ended;
  }
  const closed = hub.close(1_000);
  await stage.clock.advanceMs(1_000);
  await closed;
  expect(stage.folder.numbers).toEqual([range(0, 80)]);
  const ticks = picturesIn(stage.folder.segments[0]?.bytes ?? new Uint8Array(0)).map(
    ({ ptsTicks }) => ptsTicks,
  );
  expect(ticks).toEqual(range(0, 80).map((index) => index * PERIOD_TICKS));
  expect(stage.counts).toEqual({ sent: 80 });
});

describe('a disk that fails in an outage', () => {
  test('loses what it had not taken, and goes on with what was kept meanwhile', async () => {
    const stage = opened();
    stage.open([stage.away()]);
    await stage.pictures(24 * 3);
    stage.folder.faults.set('begin', 'fails');
    stage.folder.faults.set('write', 'fails');
    await stage.pictures(24 * 20);
    stage.folder.faults.clear();
    await stage.pictures(24 * 10);
    await stage.close();
    const [first = [], second = []] = stage.folder.numbers;
    expect(first[0]).toBe(0);
    expect((second[0] ?? 1) % 24).toBe(0);
    expect(second).toEqual(range(second[0] ?? 0, 24 * 33));
    expect(stage.known).toBe(24 * 33);
    expect(stage.counts.standby).toBeUndefined();
  });

  test('is of no matter once the outage is over', async () => {
    const stage = opened();
    stage.open([stage.away()]);
    await stage.pictures(48);
    stage.folder.faults.set('write', 'fails');
    await stage.pictures(24);
    stage.others = [GETS];
    stage.folder.faults.clear();
    await stage.pictures(24 * 10);
    await stage.close();
    expect(stage.folder.segments.length).toBe(1);
    expect(stage.take().slice(-3)).toEqual(['connecting', 'standby', 'closed']);
    expect(stage.known).toBe(24 * 13);
  });
});

describe('what is kept of the time before', () => {
  test('has its bound at a high bit rate, in whole GOPs', async () => {
    const stage = opened({ sizeBytes: 400_000 }).open([GETS]);
    await stage.pictures(24 * 6);
    stage.others = [stage.away()];
    await stage.pictures(24 * 2);
    await stage.close();
    const [numbers = []] = stage.folder.numbers;
    // A GOP has 9.6 MB: with the present one, 16 MiB have room for one, which has begun when the outage is noticed.
    expect((numbers[0] ?? 1) % 24).toBe(0);
    expect(numbers[0]).toBeGreaterThanOrEqual(144);
    expect(stage.known).toBe(24 * 8);
  });

  test('is nothing where a GOP is larger, and then begins with the next one that is not', async () => {
    const stage = opened({ sizeBytes: 1_000_000 }).open([GETS]);
    await stage.pictures(24 * 3 + 20);
    expect(stage.known).toBeGreaterThan(24 * 3);
    await stage.close();
    expect(stage.counts).toEqual({ standby: 24 * 3 + 20 });
  });

  test('may all wait at once for the disk, beside what comes', async () => {
    const stage = opened({ sizeBytes: 90_000 }).open([GETS]);
    await stage.pictures(24 * 10);
    stage.others = [stage.away()];
    await stage.pictures(24 * 3);
    await stage.close();
    const [numbers = []] = stage.folder.numbers;
    expect(numbers).toEqual(range(numbers[0] ?? 0, 24 * 13));
    expect(numbers.length * 90_000).toBeGreaterThan(QUEUE_MOST_BYTES);
    expect(stage.counts.slow).toBeUndefined();
    expect(RECENT_MOST_BYTES).toBeGreaterThan(QUEUE_MOST_BYTES);
  });
});
