import { describe, expect, test } from 'bun:test';
import { OutputAccount } from '../../../src/outputs/output-account.ts';
import { recoverSegments } from '../../../src/outputs/recorder/recover-segments.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { readStream } from '../../support/ts-packets.ts';
import { FakeSegments } from './fake-segments.ts';
import { range, RecordingStage, WALL_MS } from './recording-stage.ts';

describe('a recorder', () => {
  test('keeps all of the video, in segments that begin with PAT, PMT and a keyframe', async () => {
    const stage = new RecordingStage({ segmentMs: 2_000 }).open();
    await stage.pictures(100);
    await stage.close();
    expect(stage.folder.numbers).toEqual([range(0, 48), range(48, 96), range(96, 100)]);
    for (const { bytes, state } of stage.folder.segments) {
      const kinds = readStream(bytes).map((one) => (one.kind === 'picture' ? one.isKeyframe : one.kind));
      expect(kinds.slice(0, 3)).toEqual(['pat', 'pmt', true]);
      expect(state).toBe('finished');
    }
    expect(stage.counts).toEqual({ sent: 100 });
    expect(stage.take()).toEqual(['connecting', 'streaming', 'closed']);
    expect(stage.clock.sleeperCount).toBe(0);
  });

  // On a disk that is full just then, tables alone would be a segment without a video.
  test('writes the tables of a segment together with its first picture', async () => {
    const stage = new RecordingStage().open();
    await stage.pictures(24);
    expect(stage.folder.calls.slice(0, 4)).toEqual(['recover', 'begin', 'write', 'sync']);
    expect(stage.folder.numbers[0]?.[0]).toBe(0);
    await stage.close();
  });

  test('begins another segment once one has half of the quota, whatever its time', async () => {
    const stage = new RecordingStage({ segmentMs: 3_600_000, quotaBytes: 96_000, sizeBytes: 1_000 }).open();
    await stage.pictures(240);
    await stage.close();
    expect(stage.folder.segments.length).toBeGreaterThan(3);
    for (const { bytes } of stage.folder.segments) expect(bytes.length).toBeLessThan(96_000);
    expect(stage.folder.numbers.flat()).toEqual(range(0, 240));
  });

  test('names a segment by the time at which its first picture came', async () => {
    const stage = new RecordingStage({ segmentMs: 2_000 }).open();
    await stage.clock.advanceMs(300);
    await stage.pictures(60);
    await stage.close();
    expect(stage.folder.segments.map(({ firstPictureMs }) => firstPictureMs - WALL_MS)).toEqual([300, 2_300]);
  });

  test('has counters that go on over all segments, and over sessions', async () => {
    const [account, folder, clock] = [new OutputAccount(), new FakeSegments(), new FakeClock()];
    for (let session = 0; session < 2; session += 1) {
      const stage = new RecordingStage({ segmentMs: 1_000, account, folder, clock }).open();
      await stage.pictures(50);
      await stage.close();
    }
    expect(folder.segments.length).toBe(6);
    // Throws where one is missing.
    const all = readStream(Buffer.concat(folder.segments.map(({ bytes }) => bytes)));
    expect(all.filter(({ kind }) => kind === 'picture').length).toBe(100);
  });

  test('has what came a second ago on the disk, and counts a picture once it is there to its end', async () => {
    const stage = new RecordingStage().open();
    for (let second = 1; second < 6; second += 1) {
      await stage.pictures(24);
      const [segment] = stage.folder.segments;
      const { sent = 0 } = stage.counts;
      expect(sent).toBeGreaterThanOrEqual(24 * second - 14);
      expect(sent).toBeLessThan(24 * second);
      const onDisk = segment?.bytes.subarray(0, segment.syncedBytes) ?? new Uint8Array(0);
      expect(readStream(onDisk).filter(({ kind }) => kind === 'picture').length).toBeGreaterThanOrEqual(sent);
    }
    expect(stage.folder.calls.filter((call) => call === 'sync').length).toBeLessThan(13);
    await stage.close();
  });

  test('that begins in the middle of a GOP begins with the next one', async () => {
    const stage = new RecordingStage();
    stage.isDelivering = false;
    await stage.pictures(10);
    stage.isDelivering = true;
    stage.open();
    await stage.pictures(20);
    await stage.close();
    expect(stage.folder.numbers).toEqual([range(24, 30)]);
    expect(stage.counts).toEqual({ sent: 6, away: 14 });
  });

  test('has nothing to write where no video comes', async () => {
    const stage = new RecordingStage().open();
    await stage.clock.advanceMs(60_000);
    await stage.close();
    expect(stage.folder.calls).toEqual(['recover']);
    expect(stage.take()).toEqual(['connecting', 'closed']);
  });

  test('tells what it has found of earlier runs, and what is in its folder', async () => {
    const stage = new RecordingStage();
    expect(stage.output.figures().recording).toBeUndefined();
    stage.folder.left = 2;
    stage.open();
    await stage.clock.advanceMs(0);
    expect(stage.events).toContainEqual({ kind: 'segments-recovered', output: 'recordings', segments: 2 });
    expect(stage.output.figures().recording?.segments).toBe(0);
    await stage.close();
  });
});

describe('a disk that fails', () => {
  test('stops the recording; it goes on with what was kept meanwhile, in another segment', async () => {
    const stage = new RecordingStage().open();
    await stage.pictures(30);
    stage.folder.faults.set('write', 'fails');
    await stage.pictures(24);
    stage.folder.faults.clear();
    await stage.pictures(24 * 8);
    await stage.close();
    expect(stage.take()).toEqual([
      'connecting',
      'streaming',
      'failed: the disk is full, 5000',
      'connecting',
      'streaming',
      'closed',
    ]);
    const [first, second] = stage.folder.segments;
    expect([first?.state, second?.state]).toEqual(['abandoned', 'finished']);
    // The GOP in which it failed is lost, and nothing else.
    expect(second?.numbers).toEqual(range(48, 246));
    expect(stage.known).toBe(246);
    expect(stage.counts.slow).toBeUndefined();
    expect((stage.counts.broken ?? 0) + (stage.counts.away ?? 0)).toBe(48 - (stage.counts.sent ?? 0) + 198);
    expect(stage.output.figures().counts.attempts).toBe(2);
  });

  test.each(['recover', 'begin', 'write', 'sync', 'finish'] as const)(
    'is tried again for ever, whatever it is that fails (%s)',
    async (call) => {
      const stage = new RecordingStage({ segmentMs: 1_000 });
      stage.folder.faults.set(call, 'fails');
      stage.open();
      await stage.pictures(24 * 60);
      expect(stage.take().filter((state) => state.startsWith('failed')).length).toBeGreaterThan(8);
      stage.folder.faults.clear();
      await stage.pictures(24 * 7);
      expect(stage.take().at(-1)).toBe('streaming');
      await stage.close();
      expect(stage.known).toBe(24 * 67);
      expect(stage.folder.segments.every(({ state }) => state !== 'open')).toBe(true);
      expect(stage.clock.sleeperCount).toBe(0);
    },
  );

  test('is told of before there is any video', async () => {
    const stage = new RecordingStage();
    stage.folder.faults.set('recover', 'fails');
    stage.open();
    await stage.clock.advanceMs(5_600);
    expect(stage.take()).toEqual([
      'connecting',
      'failed: the disk is full, 5000',
      'connecting',
      'failed: the disk is full, 5000',
    ]);
    await stage.close();
  });

  test('by a fault of ours is no matter of the disk', async () => {
    const stage = new RecordingStage();
    const { promise, reject } = Promise.withResolvers<number>();
    stage.folder.recover = () => promise;
    stage.open();
    await stage.clock.advanceMs(0);
    const closed = stage.output.close(100);
    reject(new Error('a fault'));
    expect(closed).rejects.toThrow('a fault');
    await stage.clock.advanceMs(0);
  });
});

test('what earlier runs have left can be finished before the first session, and it is tried again where that fails', async () => {
  const stage = new RecordingStage();
  const { folder, events } = stage;
  const parts = {
    folder,
    name: 'recordings',
    emit: (event: (typeof events)[number]) => void events.push(event),
  };
  folder.left = 3;
  folder.faults.set('recover', 'fails');
  expect(recoverSegments(parts)).rejects.toThrow('the disk is full');
  await stage.clock.advanceMs(0);
  folder.faults.clear();
  stage.open();
  await stage.clock.advanceMs(100);
  await stage.close();
  expect(events).toContainEqual({ kind: 'segments-recovered', output: 'recordings', segments: 3 });
});
