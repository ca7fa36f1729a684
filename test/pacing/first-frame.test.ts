import { describe, expect, test } from 'bun:test';
import { firstFrame } from '../../src/pacing/first-frame.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { fakeFrame, FakeReader, numberOf } from '../support/fake-reader.ts';
import { follow } from '../support/reader-stage.ts';

const FRESH_MS = 5_000;
const never = new AbortController().signal;

function stageWith(...agesMs: (number | undefined)[]) {
  const clock = new FakeClock();
  const reader = new FakeReader(clock);
  for (const [index, ageMs] of agesMs.entries()) {
    const writtenNs = ageMs === undefined ? undefined : clock.nowNs() - BigInt(ageMs) * 1_000_000n;
    reader.add(fakeFrame(index + 1, writtenNs));
  }
  return { clock, reader, parts: { clock, reader, owner: reader } };
}

describe('the frame that a session begins with', () => {
  test('is the newest, of which nothing older is read', async () => {
    const { reader, parts } = stageWith(300, 200, 100);
    expect(numberOf(await firstFrame(parts, FRESH_MS, never))).toBe(3);
    expect(reader.lent.size).toBe(1);
  });

  test('is the newest if it is just young enough', async () => {
    const { parts } = stageWith(5_000);
    expect(numberOf(await firstFrame(parts, FRESH_MS, never))).toBe(1);
  });

  test.each([
    ['is too old', 5_001],
    ['has no time', undefined],
  ])('is the next one where the newest %s', async (_, ageMs) => {
    const { reader, parts } = stageWith(ageMs);
    const first = follow(firstFrame(parts, FRESH_MS, never));
    await settle();
    expect(first.outcome.kind).toBe('open');
    expect(reader.lent.size).toBe(0);
    expect(reader.dropCauses).toEqual(['unsent']);
    reader.add(fakeFrame(2));
    await settle();
    expect(first.outcome).toMatchObject({ value: { id: '2-0' } });
  });

  test('is the newest however old, where a session is never closed for want of frames', async () => {
    const { parts } = stageWith(undefined);
    expect(numberOf(await firstFrame(parts, 0, never))).toBe(1);
  });

  test('is waited for until that is given up', async () => {
    const { clock, parts } = stageWith();
    const giveUp = new AbortController();
    const first = follow(firstFrame(parts, FRESH_MS, giveUp.signal));
    await clock.advanceMs(60_000);
    giveUp.abort('stop');
    await settle();
    expect(first.outcome).toEqual({ kind: 'error', error: 'stop' });
  });
});
