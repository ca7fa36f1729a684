import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { freeUdpPort, isUdpPortBound } from './ports.ts';
import { until } from './until.ts';

interface ReceiverOptions {
  readonly port?: number;
  /** Added to the listener's address, e.g. `passphrase=…`. */
  readonly parameters?: string;
}

/** A real SRT listener (srt-live-transmit) that keeps what it is sent in a file. */
export class SrtReceiver implements AsyncDisposable {
  private constructor(
    readonly port: number,
    readonly path: string,
    private readonly process: Bun.Subprocess<'ignore', 'pipe', 'ignore'>,
    private readonly written: Promise<void>,
  ) {}

  static async start(path: string, options: ReceiverOptions = {}): Promise<SrtReceiver> {
    const port = options.port ?? (await freeUdpPort());
    const address = `srt://127.0.0.1:${port}?mode=listener&${options.parameters ?? ''}`;
    const process = Bun.spawn(['srt-live-transmit', '-q', '-loglevel:fatal', address, 'file://con'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await until(async () => isUdpPortBound(port), 'the SRT listener');
    return new SrtReceiver(port, path, process, keep(process.stdout, path));
  }

  get address(): string {
    return `srt://127.0.0.1:${this.port}`;
  }

  /** Waits until so many bytes have arrived. */
  async received(bytes: number, withinMs = 20_000): Promise<void> {
    const size = async () => (await stat(this.path).catch(() => ({ size: 0 }))).size;
    await until(async () => (await size()) >= bytes, `${bytes} bytes at the receiver`, withinMs);
  }

  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  async stop(): Promise<void> {
    this.process.kill('SIGTERM');
    await this.process.exited;
    await this.written;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGKILL');
    await this.process.exited;
  }
}

async function keep(bytes: ReadableStream<Uint8Array>, path: string): Promise<void> {
  const file = createWriteStream(path);
  for await (const chunk of bytes) file.write(chunk);
  file.end();
  await once(file, 'finish');
}
