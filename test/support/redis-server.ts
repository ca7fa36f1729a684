import { Redis } from 'ioredis';
import { Child } from './child.ts';
import { freeTcpPort } from './ports.ts';

/** A real redis-server of its own on a free port of loopback, that keeps nothing on disk. */
export class RedisServer implements AsyncDisposable {
  #child: Child | undefined;

  private constructor(
    readonly port: number,
    private readonly options: readonly string[],
  ) {}

  static async start(...options: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freeTcpPort(), options);
    await server.startAgain();
    return server;
  }

  /** Starts it on the same port after `stop`, without what it had. */
  async startAgain(): Promise<void> {
    const port = `${this.port}`;
    const base = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.#child = new Child(['redis-server', ...base, ...this.options]);
    await this.#child.line(/Ready to accept connections/);
  }

  async stop(): Promise<void> {
    await this.#child?.[Symbol.asyncDispose]();
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.signal(name);
  }

  /** A connection for the test itself; the caller disconnects it. */
  client(password?: string): Redis {
    const redis = new Redis(this.port, '127.0.0.1', {
      protocol: 2,
      enableReadyCheck: false,
      ...(password !== undefined && { password }),
    });
    // It is stopped and started under this client; what matters is how the program takes it.
    redis.on('error', () => {});
    return redis;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
