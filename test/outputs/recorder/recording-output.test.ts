import { describe, expect, test } from 'bun:test';
import { sleepMs } from '../../../src/base/clock.ts';
import { LinkError } from '../../../src/base/errors.ts';
import { OutputAccount } from '../../../src/outputs/output-account.ts';
import { QUEUE_MOST_BYTES } from '../../../src/outputs/recorder/record-queue.ts';
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

describe('a disk that is slow', () => {
  test('loses nothing as long as what waits is no more than it may be', async () => {
    const stage = new RecordingStage().open();
    await stage.pictures(24);
    stage.folder.faults.set('write', sleepMs(stage.clock, 10_000, new AbortController().signal));
    await stage.pictures(24 * 11);
    stage.folder.faults.clear();
    await stage.pictures(24);
    await stage.close();
    expect(stage.folder.numbers).toEqual([range(0, 24 * 13)]);
    expect(stage.counts).toEqual({ sent: 24 * 13 });
  });

  test('is told of once it has not answered for 5 s, and that it records again', async () => {
    const stage = new RecordingStage().open();
    await stage.pictures(24);
    stage.folder.faults.set('write', sleepMs(stage.clock, 10_000, new AbortController().signal));
    await stage.pictures(24 * 4);
    expect(stage.take()).toEqual(['connecting', 'streaming']);
    await stage.pictures(24 * 4);
    const hangs =
      'failed: the disk of the recordings has not answered for 5 s: it goes on once it does, 5000';
    expect(stage.take()).toEqual([hangs]);
    stage.folder.faults.clear();
    await stage.pictures(24 * 4);
    expect(stage.take()).toEqual(['streaming']);
    await stage.close();
  });

  test('for long when a session ends is waited for half a second: the next session is not to wait for it', async () => {
    const stage = new RecordingStage().open();
    await stage.pictures(24);
    stage.folder.faults.set('write', sleepMs(stage.clock, 60_000, new AbortController().signal));
    await stage.pictures(24 * 3);
    let isClosed = false;
    const closed = stage.output.close(3_500).then(() => (isClosed = true));
    await stage.clock.advanceMs(499);
    expect(isClosed).toBe(false);
    await stage.clock.advanceMs(1);
    await closed;
    expect(stage.known).toBe(24 * 4);
    await stage.clock.advanceMs(60_000);
  });

  test('and then fails says why, too', async () => {
    const stage = new RecordingStage().open();
    await stage.pictures(24);
    const failure = new LinkError({ code: 'file-other', text: 'the disk has failed' });
    const hanging = sleepMs(stage.clock, 10_000, new AbortController().signal);
    stage.folder.faults.set(
      'write',
      hanging.then(() => Promise.reject(failure)),
    );
    await stage.pictures(24 * 11);
    expect(stage.take().slice(2)).toEqual([
      expect.stringContaining('has not answered for 5 s'),
      'failed: the disk has failed, 5000',
    ]);
    stage.folder.faults.clear();
    await stage.close();
  });

  test('loses whole pictures up to a keyframe where it is more, and holds up nobody', async () => {
    const stage = new RecordingStage({ sizeBytes: 50_000 }).open();
    await stage.pictures(24);
    stage.folder.faults.set('write', sleepMs(stage.clock, 20_000, new AbortController().signal));
    await stage.pictures(24 * 21);
    stage.folder.faults.clear();
    await stage.pictures(48);
    await stage.close();
    const [numbers = []] = stage.folder.numbers;
    expect(stage.folder.segments.length).toBe(1);
    const { sent = 0, slow = 0 } = stage.counts;
    expect([sent, sent + slow]).toEqual([numbers.length, 24 * 24]);
    const waited = QUEUE_MOST_BYTES / 50_000;
    expect(numbers.length).toBeGreaterThan(waited);
    expect(numbers.length).toBeLessThan(waited + 24 * 6);
    for (const [index, number] of numbers.entries()) {
      if (index > 0 && number !== (numbers[index - 1] ?? 0) + 1) expect(number % 24).toBe(0);
    }
  });

  test('is not waited for at the end; what was not safe by then is lost, and the next session waits for its turn', async () => {
    const [account, folder, clock] = [new OutputAccount(), new FakeSegments(), new FakeClock()];
    const first = new RecordingStage({ account, folder, clock }).open();
    await first.pictures(48);
    const hangs = Promise.withResolvers<void>();
    folder.faults.set('sync', hangs.promise);
    await first.pictures(24);
    await first.close(1_600);
    expect(first.known).toBe(72);
    expect(first.counts.broken).toBeGreaterThan(10);
    const second = new RecordingStage({ account, folder, clock }).open();
    // The fake throws where it is called twice at once.
    await second.pictures(48);
    folder.faults.clear();
    hangs.resolve();
    await second.pictures(48);
    await second.close();
    expect(folder.numbers.at(-1)).toEqual(range(0, 96));
    expect(second.known).toBe(72 + 96);
    expect(folder.segments.map(({ state }) => state)).toEqual(['finished', 'finished']);
    expect(clock.sleeperCount).toBe(0);
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
