import { connect, createServer, type Server, type Socket } from 'node:net';

/** Changes what Redis answers on one connection; given what was asked last. */
export type Rewrite = (reply: Buffer, asked: Buffer) => Buffer;

/** The network between the program and Redis: it forwards, or loses all that is sent without a word. */
export class TcpRelay implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  #isPartitioned = false;

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
    private readonly rewrite: Rewrite,
  ) {
    server.on('connection', (socket: Socket) => this.#forward(socket));
  }

  static async start(targetPort: number, rewrite: Rewrite = (reply) => reply): Promise<TcpRelay> {
    const server = createServer({ noDelay: true });
    const relay = new TcpRelay(server, targetPort, rewrite);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return relay;
  }

  get port(): number {
    const address = this.server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the relay does not listen');
    return address.port;
  }

  /** From here on nothing gets through, and nobody is told; connections that are made meanwhile hang, too. */
  partition(): void {
    this.#isPartitioned = true;
    for (const socket of this.#sockets) socket.pause();
  }

  heal(): void {
    this.#isPartitioned = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => {
      this.server.close(resolve);
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #forward(near: Socket): void {
    const far = connect({ port: this.targetPort, host: '127.0.0.1', noDelay: true });
    let asked: Buffer = Buffer.alloc(0);
    this.#join(near, far, (bytes) => (asked = bytes));
    this.#join(far, near, (bytes) => this.rewrite(bytes, asked));
  }

  #join(from: Socket, to: Socket, change: (bytes: Buffer) => Buffer): void {
    this.#sockets.add(from);
    from.on('data', (bytes) => {
      if (!to.write(change(Buffer.from(bytes)))) from.pause();
    });
    to.on('drain', () => {
      if (!this.#isPartitioned) from.resume();
    });
    from.on('error', () => {});
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    if (this.#isPartitioned) from.pause();
  }
}
