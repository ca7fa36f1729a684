import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { Frame } from '../../src/base/frame.ts';
import { compareStreamIds, parseStreamId } from '../../src/redis/stream-id.ts';
import { settle } from '../support/fake-clock.ts';
import { follow, ReaderStage, type Outcome } from '../support/reader-stage.ts';

type Step =
  | { readonly do: 'add'; readonly count: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'call'; readonly method: 'next' | 'newest'; readonly giveUpAfterMs: number }
  | { readonly do: 'lose' };

const add = fc.record({ do: fc.constant('add' as const), count: fc.integer({ min: 1, max: 3 }) });
const wait = fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40 }) });
const call = (method: 'next' | 'newest') =>
  fc.record({
    do: fc.constant('call' as const),
    method: fc.constant(method),
    giveUpAfterMs: fc.integer({ min: 0, max: 30 }),
  });
const lose = fc.constant<Step>({ do: 'lose' });
const latencyMs = fc.integer({ min: 0, max: 10 });

/** Plays the steps and gives the ids of the frames in the order in which they were handed out. */
async function play(
  stage: ReaderStage,
  steps: readonly Step[],
): Promise<{ added: string[]; given: string[] }> {
  const added: string[] = [];
  const given: string[] = [];
  for (const step of steps) {
    if (step.do === 'add') for (let i = 0; i < step.count; i += 1) added.push(stage.redis.addNow());
    if (step.do === 'wait') await stage.clock.advanceMs(step.ms);
    if (step.do === 'lose') stage.redis.lose('gone');
    if (step.do === 'call') given.push(...idOf(await callFor(stage, step)));
  }
  return { added, given };
}

async function callFor(
  stage: ReaderStage,
  { method, giveUpAfterMs }: Extract<Step, { do: 'call' }>,
): Promise<Outcome<Frame | undefined>> {
  const giveUp = new AbortController();
  const { reader } = stage;
  const answer =
    method === 'next' ? reader.next(giveUp.signal).then(({ frame }) => frame) : reader.newest(giveUp.signal);
  const followed = follow(answer);
  await stage.clock.advanceMs(giveUpAfterMs);
  giveUp.abort('given up');
  await settle();
  const { outcome } = followed;
  if (outcome.kind === 'error') expect(outcome.error).toBe('given up');
  if (outcome.kind === 'value' && outcome.value) stage.owner.release(outcome.value);
  return outcome;
}

function idOf(outcome: Outcome<Frame | undefined>): string[] {
  return outcome.kind === 'value' && outcome.value ? [outcome.value.id] : [];
}

/** All that still waits, read to the end. */
async function drain(stage: ReaderStage): Promise<string[]> {
  stage.redis.latencyMs = 0;
  const given: string[] = [];
  for (;;) {
    const outcome = await callFor(stage, { do: 'call', method: 'next', giveUpAfterMs: 6_000 });
    const ids = idOf(outcome);
    if (ids.length === 0) break;
    given.push(...ids);
  }
  expect(stage.redis.lent.size).toBe(0);
  return given;
}

function isAscending(ids: readonly string[]): boolean {
  return ids.every((id, index) => {
    const before = ids[index - 1];
    return before === undefined || compareStreamIds(parseStreamId(before), parseStreamId(id)) < 0;
  });
}

describe('whatever calls are made and given up, and whatever connections are lost', () => {
  test('next gives every frame once and in order', async () => {
    const steps = fc.array(fc.oneof(add, wait, call('next'), lose), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, latencyMs, async (played, latency) => {
        const stage = new ReaderStage({ maxDelayMs: 0 });
        stage.redis.latencyMs = latency;
        const { added, given } = await play(stage, played);
        given.push(...(await drain(stage)));
        expect(given).toEqual(added);
        expect(stage.reader.report).toMatchObject({ read: added.length, wrong: 0 });
      }),
      { numRuns: 150 },
    );
  });

  test('next and newest in turn never go backwards, and what is left in the end begins behind what was given', async () => {
    const steps = fc.array(fc.oneof(add, wait, call('next'), call('newest'), lose), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, latencyMs, async (played, latency) => {
        const stage = new ReaderStage({ maxDelayMs: 0 });
        stage.redis.latencyMs = latency;
        const { added, given } = await play(stage, played);
        const rest = await drain(stage);
        expect(isAscending([...given, ...rest])).toBe(true);
        expect(added).toEqual(expect.arrayContaining([...given, ...rest]));
        // Only newest passes over anything, and only what is older than that which it gives.
        const last = given.at(-1);
        expect(rest).toEqual(added.slice(last === undefined ? 0 : added.indexOf(last) + 1));
      }),
      { numRuns: 150 },
    );
  });

  test('newest gives the newest frame that was there when it asked, or a later one', async () => {
    const steps = fc.array(fc.oneof(add, wait, call('next'), call('newest')), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(steps, latencyMs, async (played, latency) => {
        const stage = new ReaderStage({ maxDelayMs: 0 });
        stage.redis.latencyMs = latency;
        const { given } = await play(stage, played);
        const newest = stage.redis.addNow();
        stage.redis.latencyMs = 0;
        await stage.clock.advanceMs(1_100);
        expect(await stage.newest()).toBe(newest);
        expect(given).not.toContain(newest);
      }),
      { numRuns: 100 },
    );
  });
});
