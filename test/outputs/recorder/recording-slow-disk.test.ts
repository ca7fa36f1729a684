import { describe, expect, test } from 'bun:test';
import { sleepMs } from '../../../src/base/clock.ts';
import { LinkError } from '../../../src/base/errors.ts';
import { OutputAccount } from '../../../src/outputs/output-account.ts';
import { QUEUE_MOST_BYTES } from '../../../src/outputs/recorder/record-queue.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeSegments } from './fake-segments.ts';
import { range, RecordingStage } from './recording-stage.ts';

/** How long it takes to close, which may be up to 3.5 s. */
async function closingMs({ output, clock }: RecordingStage): Promise<number> {
  const beginMs = clock.nowMs;
  let endMs = Number.NaN;
  const closed = output.close(3_500).then(() => (endMs = clock.nowMs));
  await clock.advanceMs(3_500);
  await closed;
  return endMs - beginMs;
}

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

  test('for long when a session ends is waited for half a second, and so is it by the sessions after that', async () => {
    const first = new RecordingStage().open();
    const { folder, clock } = first;
    await first.pictures(24);
    folder.faults.set('write', sleepMs(clock, 60_000, new AbortController().signal));
    await first.pictures(24 * 7);
    expect(await closingMs(first)).toBe(500);
    expect(first.known).toBe(24 * 8);
    const second = new RecordingStage({ folder, clock }).open();
    await second.pictures(24);
    expect(await closingMs(second)).toBe(500);
    const third = new RecordingStage({ folder, clock }).open();
    await third.pictures(24 * 6);
    expect(third.take()).toEqual([expect.stringContaining('has not answered for 5 s')]);
    expect(await closingMs(third)).toBe(500);
    expect([second.known, third.known]).toEqual([24, 24 * 6]);
    await clock.advanceMs(60_000);
  });

  test('for a moment when a session ends is waited for', async () => {
    const stage = new RecordingStage().open();
    await stage.pictures(24);
    stage.folder.faults.set('sync', sleepMs(stage.clock, 2_000, new AbortController().signal));
    await stage.pictures(36);
    expect(await closingMs(stage)).toBeLessThan(2_500);
    expect(stage.counts).toEqual({ sent: 60 });
  });

  test('and fails once the session is over says nothing more of it', async () => {
    const stage = new RecordingStage().open();
    await stage.pictures(24);
    const hanging = sleepMs(stage.clock, 20_000, new AbortController().signal);
    const failure = new LinkError({ code: 'file-other', text: 'the disk has failed' });
    stage.folder.faults.set(
      'write',
      hanging.then(() => Promise.reject(failure)),
    );
    await stage.pictures(24 * 7);
    await closingMs(stage);
    await stage.clock.advanceMs(20_000);
    expect(stage.take().at(-1)).toBe('closed');
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
