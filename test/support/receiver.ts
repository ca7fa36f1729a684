import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { linesOf } from '../../src/encoder/lines.ts';
import { PictureTimes, type PictureTime } from './picture-times.ts';
import { freeUdpPort, isUdpPortBound } from './ports.ts';
import { until } from './until.ts';

interface ReceiverOptions {
  readonly port?: number;
  /** Added to the listener's address, e.g. `passphrase=…`. */
  readonly parameters?: string;
}

/** SRT throws away what comes later than its latency: a second is more than a busy machine holds anything up. */
export const PATIENT_LATENCY = 'latency=1000';

/** Left to itself its standard output comes in pieces of 4096 bytes: at a low bit rate, whole pictures late. */
const LISTEN = ['stdbuf', '-o0', 'srt-live-transmit', '-loglevel:fatal'];

/** What srt-live-transmit says of the connections that it gets. */
const ACCEPTED = /^Accepted SRT source connection/;
const DISCONNECTED = /^SRT source disconnected/;

/**
 * A real SRT listener (srt-live-transmit) that keeps what it is sent in a file, and notes when connections and pictures came;
 * all times are performance.now().
 */
export class SrtReceiver implements AsyncDisposable {
  /** When each connection was accepted, and when each ended. */
  readonly acceptedMs: number[] = [];
  readonly disconnectedMs: number[] = [];
  #sizeBytes = 0;
  readonly #pictures = new PictureTimes();
  readonly #ended: Promise<unknown>;

  private constructor(
    readonly port: number,
    readonly path: string,
    private readonly process: Bun.Subprocess<'ignore', 'pipe', 'pipe'>,
  ) {
    this.#ended = Promise.all([this.#keep(createWriteStream(path)), this.#listen()]);
  }

  /** Listens on a port of 127.0.0.1. */
  static async start(path: string, options: ReceiverOptions = {}): Promise<SrtReceiver> {
    const { port = await freeUdpPort(), parameters = '' } = options;
    const address = `srt://127.0.0.1:${port}?mode=listener&${parameters}`;
    const process = Bun.spawn([...LISTEN, address, 'file://con'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const receiver = new SrtReceiver(port, path, process);
    await until(async () => isUdpPortBound(port), 'the SRT listener');
    return receiver;
  }

  get address(): string {
    return `srt://127.0.0.1:${this.port}`;
  }

  /** What has come so far. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** When each picture came; the last one may not be whole yet. */
  get pictures(): readonly PictureTime[] {
    return this.#pictures.times;
  }

  /** Waits until so many bytes have arrived. */
  async received(bytes: number, withinMs = 20_000): Promise<void> {
    await until(async () => this.#sizeBytes >= bytes, `${bytes} bytes at the receiver`, withinMs);
  }

  /** Waits for so many more pictures. @returns when the first of them came */
  async morePictures(count: number, withinMs: number): Promise<number> {
    const before = this.pictures.length;
    const what = `${count} more pictures at the receiver`;
    await until(async () => this.pictures.length >= before + count, what, withinMs);
    return this.pictures[before]?.firstMs ?? Number.NaN;
  }

  /** Waits for its nth connection. @returns when it was accepted */
  async connection(nth: number, withinMs: number): Promise<number> {
    const what = `connection ${nth} at the receiver`;
    await until(async () => this.acceptedMs.length >= nth, what, withinMs);
    return this.acceptedMs[nth - 1] ?? Number.NaN;
  }

  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  /** It is dead at once, and says so to nobody. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.process.exited;
    await this.#ended;
  }

  /** Ends once all that came is in the file. */
  async stop(): Promise<void> {
    this.process.kill('SIGTERM');
    await this.process.exited;
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #keep(file: WriteStream): Promise<void> {
    for await (const chunk of this.process.stdout) {
      const atMs = performance.now();
      file.write(chunk);
      this.#sizeBytes += chunk.length;
      this.#pictures.take(chunk, atMs);
    }
    file.end();
    await once(file, 'finish');
  }

  async #listen(): Promise<void> {
    for await (const line of linesOf(this.process.stderr)) {
      if (ACCEPTED.test(line)) this.acceptedMs.push(performance.now());
      if (DISCONNECTED.test(line)) this.disconnectedMs.push(performance.now());
    }
  }
}
