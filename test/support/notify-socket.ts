import { dlopen } from 'bun:ffi';
import { AF_UNIX, MSG_DONTWAIT, libc, pinned, SOCK_CLOEXEC, SOCK_DGRAM } from '../../src/os/libc.ts';
import { until } from './until.ts';

const { symbols } = dlopen('libc.so.6', { bind: { args: ['i32', 'ptr', 'u32'], returns: 'i32' } });

const LOOK_PERIOD_MS = 10;

/** Where systemd would listen: a datagram socket, whose messages are collected as they come. */
export class NotifySocket implements Disposable {
  readonly messages: string[] = [];
  readonly #fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  readonly #buffer = pinned(4_096);
  readonly #timer = setInterval(() => this.#receive(), LOOK_PERIOD_MS);

  constructor(readonly path: string) {
    const name = new TextEncoder().encode(path.startsWith('@') ? `\0${path.slice(1)}` : path);
    const address = pinned(2 + name.length);
    address.view.set(Uint8Array.of(AF_UNIX, 0, ...name));
    if (symbols.bind(this.#fd, address.address, address.view.length) < 0)
      throw new Error(`cannot bind ${path}`);
  }

  /** Waits for a message that matches, and gives it. */
  async message(pattern: RegExp, { nth = 1, withinMs = 25_000 } = {}): Promise<string> {
    const find = () => this.messages.filter((message) => pattern.test(message))[nth - 1];
    await until(
      async () => {
        this.#receive();
        return find() !== undefined;
      },
      `message ${nth} like ${pattern}, among ${this.messages.join(' / ')}`,
      withinMs,
    );
    return find() ?? '';
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    libc.close(this.#fd);
  }

  #receive(): void {
    for (;;) {
      const size = libc.recv(this.#fd, this.#buffer.address, this.#buffer.view.length, MSG_DONTWAIT);
      if (size < 0) return;
      this.messages.push(new TextDecoder().decode(this.#buffer.view.subarray(0, size)));
    }
  }
}
