import { readdirSync } from 'node:fs';
import { childrenOf, readUsage } from '../bench/process-usage.ts';
import { commandOf, isRunning } from '../support/processes.ts';
import type { Sample } from './growth.ts';

const PERIOD_MS = 1_000;

/** Looks once a second at what the program holds, and at something else. */
export class Sampler implements Disposable {
  readonly samples: Sample[] = [];
  readonly #children = new Map<number, string>();
  readonly #timer: Timer;

  /** @param onSample is called with each look, as long as the program runs */
  constructor(
    private readonly pid: number,
    private readonly onSample: () => void,
  ) {
    this.#timer = setInterval(() => this.#look(), PERIOD_MS);
  }

  /** Of all children that were ever seen, those that still run what they ran then; a number may belong to another process by now. */
  childrenLeft(): string[] {
    return [...this.#children]
      .filter(([pid, command]) => isRunning(pid) && commandOf(pid).join(' ') === command)
      .map(([pid, command]) => `${pid} ${command}`);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  #look(): void {
    try {
      const children = childrenOf(this.pid);
      for (const pid of children) this.#children.set(pid, commandOf(pid).join(' '));
      this.samples.push({
        atMs: performance.now(),
        anonymousMib: readUsage(this.pid).anonymousMib,
        descriptors: readdirSync(`/proc/${this.pid}/fd`).length,
        threads: readdirSync(`/proc/${this.pid}/task`).length,
        children: children.length,
      });
      this.onSample();
    } catch {
      // A thread or the program has just ended; the next look tells.
    }
  }
}
