import { readFileSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadLibsrt } from '../../src/os/libsrt.ts';
import { Child } from './child.ts';
import { freeUdpPort } from './ports.ts';

/** How the server treats those who call it. */
interface ServerOptions {
  /** Absent: a free one. */
  readonly port?: number;
  readonly host?: string;
  /** What the first caller sends is kept in this file, that of the second in `….2`, and so on. */
  readonly out?: string;
  readonly passphrase?: string;
  /** Refuses every caller with this code. */
  readonly refuse?: number;
  /** Lets callers in and closes after so many milliseconds. */
  readonly closeAfterMs?: number;
  /** Speaks SRT's file mode, which has no latency and no messages. */
  readonly isFileMode?: boolean;
}

/** A listener over SRT in a process of its own, which can refuse, close, and be stopped from acknowledging (SIGSTOP). */
export class SrtServer implements AsyncDisposable {
  private constructor(
    readonly port: number,
    private readonly host: string,
    readonly child: Child,
  ) {}

  static async start(options: ServerOptions = {}): Promise<SrtServer> {
    const port = options.port ?? (await freeUdpPort());
    const host = options.host ?? '127.0.0.1';
    const child = new Child([program(), ...argumentsOf({ ...options, port, host })]);
    await child.line(/^listening$/);
    return new SrtServer(port, host, child);
  }

  get address(): string {
    return `srt://${this.host.includes(':') ? `[${this.host}]` : this.host}:${this.port}`;
  }

  /** The stream id of the nth caller that was let in, once it is. */
  async caller(nth = 1): Promise<string> {
    return (await this.child.line(/^caller /, { nth })).slice('caller '.length);
  }

  /** Latency of the server and of the first caller in milliseconds, and the length of their key in bytes. */
  async agreed(): Promise<string> {
    return (await this.child.line(/^agreed /)).slice('agreed '.length);
  }

  /** How many bytes the nth of the callers that are gone had sent, once it is. */
  async closed(nth = 1): Promise<number> {
    return Number((await this.child.line(/^closed \d+$/, { nth })).slice('closed '.length));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]();
  }
}

function argumentsOf({ closeAfterMs, isFileMode, ...options }: ServerOptions): string[] {
  const all = {
    ...options,
    ...(closeAfterMs !== undefined && { close: closeAfterMs }),
    ...(isFileMode === true && { file: 1 }),
  };
  return Object.entries(all).map(([name, value]) => `${name}=${value}`);
}

let built: string | undefined;

/** Compiled once in a run of the tests, against the library that the program itself loads. */
function program(): string {
  built ??= build();
  return built;
}

function build(): string {
  const loaded = loadLibsrt();
  if (loaded.kind !== 'loaded') throw new Error(loaded.reason);
  const folder = mkdtempSync(join(tmpdir(), 'cosmos-video-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'srt-server');
  const source = readFileSync(join(import.meta.dir, 'srt-server.c'));
  const { exitCode, stderr } = Bun.spawnSync(
    ['cc', '-Wall', '-Wextra', '-O1', '-o', path, '-x', 'c', '-', '-x', 'none', loaded.libsrt.path],
    { stdin: source },
  );
  if (exitCode !== 0) throw new Error(`the SRT server does not compile:\n${stderr.toString()}`);
  return path;
}
