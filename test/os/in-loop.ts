import { NS_PER_MS } from '../../src/base/clock.ts';
import { PollLoop } from '../../src/os/poll-loop.ts';

export const NEVER = new AbortController().signal;

/**
 * Runs work on a loop of its own, which blocks this thread until the work is done: whoever it talks to has to be another
 * process. The runner's own time limit cannot interrupt that, so there is one here.
 */
export async function inLoop<T>(work: (loop: PollLoop) => Promise<T>, withinMs = 20_000): Promise<T> {
  const loop = new PollLoop();
  const limit = loop.sleepUntil(loop.nowNs() + BigInt(withinMs) * NS_PER_MS, NEVER).then(() => {
    throw new Error(`not done within ${withinMs} ms`);
  });
  const working = Promise.race([work(loop), limit]).finally(() => loop.stop());
  loop.run();
  return working;
}
