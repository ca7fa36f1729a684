import { readdirSync } from 'node:fs';
import { addressAt, errno, EAGAIN, libc, MSG_DONTWAIT, MSG_NOSIGNAL, pinned } from '../../src/os/libc.ts';
import { Folder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { tlsRedis } from '../support/tls-redis.ts';
import { until } from '../support/until.ts';

const PIECE_BYTES = 1_048_576;

/** A Redis that speaks TLS on one port, with a certificate of its own for 127.0.0.1, and plainly on another. */
export class TlsStage implements AsyncDisposable {
  private constructor(
    readonly server: RedisServer,
    readonly port: number,
    readonly tlsCa: string,
    private readonly stack: AsyncDisposableStack,
  ) {}

  static async open(): Promise<TlsStage> {
    const stack = new AsyncDisposableStack();
    const { options, port, tlsCa } = await tlsRedis(stack.use(new Folder()));
    const server = stack.use(await RedisServer.start(...options));
    return new TlsStage(server, port, tlsCa, stack);
  }

  get target() {
    return { host: '127.0.0.1', port: this.port, tlsCa: this.tlsCa };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack[Symbol.asyncDispose]();
  }
}

/** The thread's end of a tunnel, used on this thread, whose event loop moves the bytes of the other end. */
export class FarEnd {
  readonly #memory = pinned(PIECE_BYTES);
  readonly #pieces: Buffer[] = [];
  #readBytes = 0;
  #isEnded = false;

  constructor(private readonly fd: number) {}

  send(...words: string[]): void {
    const text = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
    const command = Buffer.from(`*${words.length}\r\n${text}`);
    const memory = pinned(command.length);
    memory.view.set(command);
    const count = libc.send(this.fd, memory.address, command.length, MSG_NOSIGNAL);
    if (count !== command.length) throw new Error('the command was not taken');
  }

  /** The next bytes, exactly so many. */
  async read(sizeBytes: number): Promise<Buffer> {
    await until(async () => this.#take(sizeBytes), `reply of ${sizeBytes} bytes`);
    const read = Buffer.concat(this.#pieces.splice(0));
    this.#readBytes = 0;
    return read;
  }

  /** All that still comes, until the end. */
  async rest(): Promise<Buffer> {
    await until(async () => {
      this.#take(Infinity);
      return this.#isEnded;
    }, 'end');
    return Buffer.concat(this.#pieces.splice(0));
  }

  close(): void {
    libc.close(this.fd);
  }

  /** Takes what is there; true once so many bytes came. */
  #take(wantedBytes: number): boolean {
    while (this.#readBytes < wantedBytes && !this.#isEnded) {
      const most = Math.min(PIECE_BYTES, wantedBytes - this.#readBytes);
      const count = libc.recv(this.fd, addressAt(this.#memory.address, 0), most, MSG_DONTWAIT);
      if (count < 0 && errno() === EAGAIN) return false;
      this.#isEnded = count <= 0;
      if (count <= 0) return false;
      this.#pieces.push(Buffer.from(this.#memory.view.subarray(0, count)));
      this.#readBytes += count;
    }
    return this.#readBytes >= wantedBytes;
  }
}

/** How many descriptors this process has open. */
export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
