import { linesOf } from '../../src/encoder/lines.ts';

/** What takes a second or two on a quiet machine; less than the 30 s after which the runner ends a test without a word of it. */
const PATIENCE_MS = 25_000;

interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A real program under test or beside it, whose words are kept and can be waited for. */
export class Child implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #process: Bun.Subprocess<'ignore', 'pipe', 'pipe'>;
  readonly #listeners = new Set<() => void>();
  readonly #drained: Promise<unknown>;

  constructor(command: readonly string[], { env = {}, cwd }: ChildOptions = {}) {
    this.#process = Bun.spawn([...command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...cleanEnvironment(), ...env },
      ...(cwd !== undefined && { cwd }),
    });
    this.#drained = Promise.all([this.#collect(this.#process.stdout), this.#collect(this.#process.stderr)]);
  }

  get pid(): number {
    return this.#process.pid;
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  get text(): string {
    return this.lines.join('\n');
  }

  /** How often the pattern stands in what was said so far. */
  count(pattern: RegExp): number {
    return this.lines.filter((line) => pattern.test(line)).length;
  }

  /** Waits for the nth line that matches; rejects with everything that was said when it does not come in time. */
  async line(pattern: RegExp, { nth = 1, withinMs = PATIENCE_MS } = {}): Promise<string> {
    const find = () => this.lines.filter((line) => pattern.test(line))[nth - 1];
    await this.#until(() => find() !== undefined, withinMs, `line ${nth} like ${pattern}`);
    return find() ?? '';
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** The exit status, once everything that was said is read. */
  async exit(withinMs = PATIENCE_MS): Promise<number> {
    await this.#until(
      () => this.#process.exitCode !== null || this.#process.signalCode !== null,
      withinMs,
      'exit',
    );
    await this.#drained;
    return this.#process.exitCode ?? -1;
  }

  async stop(name: NodeJS.Signals = 'SIGTERM', withinMs = PATIENCE_MS): Promise<number> {
    this.signal(name);
    return this.exit(withinMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#process.exited;
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const line of linesOf(stream)) {
      this.lines.push(line);
      this.#listeners.forEach((listener) => listener());
    }
  }

  async #until(isTrue: () => boolean, withinMs: number, what: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => isTrue() && resolve();
    const fail = () => reject(new Error(`no ${what} within ${withinMs} ms; it said:\n${this.text}`));
    const deadline = setTimeout(fail, withinMs);
    this.#listeners.add(look);
    void this.#process.exited.then(() => this.#drained).then(look);
    look();
    try {
      await promise;
    } finally {
      clearTimeout(deadline);
      this.#listeners.delete(look);
    }
  }
}

/** What the machine has set must not decide a test. */
function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('COSMOS_VIDEO_') && name !== 'JOURNAL_STREAM',
  );
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']));
}
