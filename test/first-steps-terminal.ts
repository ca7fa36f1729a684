import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { Child } from './support/child.ts';

interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  /** The folder that it runs in. */
  readonly cwd: string;
  /** In the kernel's ticks since it was booted. */
  readonly startTicks: number;
}

/**
 * A shell that is given blocks of commands one after the other, with job control as in a terminal: each command is a
 * group of processes, which Ctrl-C reaches as a whole. All that it has started is gone when it goes out of scope.
 */
export class Terminal implements AsyncDisposable {
  readonly #shell: Child;

  /** @param script where the blocks are kept in; @param cwd the folder that they run in, used by nothing else */
  constructor(
    blocks: readonly string[],
    script: string,
    private readonly cwd: string,
  ) {
    const trap = `trap 'echo "== failed with status $?: $BASH_COMMAND"' ERR`;
    const runs = blocks.map((commands, index) => `${commands}\necho "== end of block ${index}"`);
    // Without a terminal it complains of it, and gives each command a group of processes all the same.
    const jobControl = 'set -m 2>/dev/null';
    writeFileSync(script, ['exec 2>&1', jobControl, trap, ...runs, ''].join('\n'));
    // A session of its own, so that it cannot take the terminal that the tests run in.
    this.#shell = new Child(['setsid', 'bash', script], { cwd });
  }

  get lines(): readonly string[] {
    return this.#shell.lines;
  }

  /** The commands that failed so far, with their status. */
  get failures(): readonly string[] {
    return this.lines.filter((line) => line.startsWith('== failed'));
  }

  /** Waits for a line that matches. */
  async said(pattern: RegExp, withinMs: number): Promise<void> {
    await this.#shell.line(pattern, { withinMs });
  }

  async ended(index: number, withinMs: number): Promise<void> {
    await this.said(new RegExp(`^== end of block ${index}$`), withinMs);
  }

  /** Ctrl-C: ends the command in the foreground, which is the one that was started last. */
  interrupt(): void {
    const jobs = processes().filter(({ parentPid }) => parentPid === this.#shell.pid);
    const last = jobs.toSorted((a, b) => b.startTicks - a.startTicks)[0];
    if (!last) throw new Error('nothing runs in the foreground');
    process.kill(-last.pid, 'SIGINT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shell[Symbol.asyncDispose]();
    // Those that have left the terminal, too: they are known by their folder.
    for (const { pid, cwd } of processes()) if (cwd === this.cwd) killIfThere(pid);
  }
}

function processes(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => entryOf(Number(name)) ?? []);
}

/** proc_pid_stat(5); undefined for a process that has gone meanwhile, or that this user may not look at. */
function entryOf(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program stands before it in brackets, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const number = (field: number) => Number(fields[field - 3]);
    return { pid, parentPid: number(4), cwd: readlinkSync(`/proc/${pid}/cwd`), startTicks: number(22) };
  } catch {
    return undefined;
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}
