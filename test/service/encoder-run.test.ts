import { expect, test } from 'bun:test';
import { firstRun, nextRun, type EncoderRun } from '../../src/service/encoder-run.ts';
import { FakeEncoder } from '../support/fake-encoder.ts';
import { FakeHub } from '../support/fake-hub.ts';
import { until } from '../support/until.ts';

const PERIOD_TICKS = 3_750;
const RUNS = 50;
/** What lies about on the stack may still point to one or the other. */
const MOST_HELD = 5;

test('a run holds nothing of those before it, however many there were', async () => {
  const encoders: WeakRef<FakeEncoder>[] = [];
  const run = await manyRuns(encoders);
  const held = () => encoders.filter((encoder) => encoder.deref()).length;
  const isFreed = async () => {
    Bun.gc(true);
    return held() <= MOST_HELD;
  };
  await until(isFreed, 'memory of the encoders that are gone');
  // The last one is in use.
  expect(run.encoder).toBeInstanceOf(FakeEncoder);
});

/** One run after the other, each with its video at its end. @returns the last one */
async function manyRuns(encoders: WeakRef<FakeEncoder>[]): Promise<EncoderRun> {
  let run: EncoderRun | undefined;
  for (let nth = 0; nth < RUNS; nth += 1) {
    const hub = new FakeHub();
    const encoder = new FakeEncoder(true);
    encoders.push(new WeakRef(encoder));
    const parts = { hub, encoder, periodTicks: PERIOD_TICKS };
    run = run ? nextRun(parts, run, 1) : firstRun(parts);
    await until(async () => hub.feeds.length > 0, 'feed');
    hub.feeds[0]?.end();
    await run.ended;
  }
  if (!run) throw new Error('there was no run');
  return run;
}
