import { Redis } from 'ioredis';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Folder } from './folder.ts';
import { freeTcpPort } from './ports.ts';
import { until } from './until.ts';

const SYSTEMD = join(import.meta.dir, '../../systemd');

/** The frame buffer of the package as it is shipped, but for its folder and port, and a user `admin` for the test. */
export class FrameBuffer implements AsyncDisposable {
  readonly #folder = new Folder();
  #process: Bun.Subprocess | undefined;

  private constructor(readonly port: number) {}

  /** @param change what an administrator has changed in redis.conf */
  static async start(change: (config: string) => string = (config) => config): Promise<FrameBuffer> {
    const buffer = new FrameBuffer(await freeTcpPort());
    const here = (file: string) =>
      readFileSync(join(SYSTEMD, file), 'utf8')
        .replaceAll('/run/cosmos-video-redis', buffer.#folder.path)
        .replaceAll('/etc/cosmos-video/redis.conf', buffer.#folder.file('redis.conf'));
    const config = change(here('redis.conf')).replace(/^port .*$/m, `port ${buffer.port}`);
    writeFileSync(buffer.#folder.file('redis.conf'), `${config}\nuser admin on nopass ~* &* +@all\n`);
    writeFileSync(buffer.#folder.file('frame-buffer'), here('frame-buffer'));
    await buffer.startAgain();
    return buffer;
  }

  get socket(): string {
    return this.#folder.file('redis.sock');
  }

  /** After `stop`: without what it had, and with other passwords. */
  async startAgain(): Promise<void> {
    // A session of its own: what the script has in the background then ends with it.
    this.#process = Bun.spawn(['setsid', 'sh', this.#folder.file('frame-buffer')], {
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    const redis = this.client('admin');
    await until(async () => (await redis.ping().catch(() => '')) === 'PONG', 'answer of the frame buffer');
    redis.disconnect();
  }

  async stop(): Promise<void> {
    const running = this.#process;
    if (!running || running.exitCode !== null) return;
    process.kill(-running.pid, 'SIGKILL');
    await running.exited;
  }

  /** A connection for the test itself, as whoever writes frames or as `admin`; the caller disconnects it. */
  client(username?: string): Redis {
    const redis = new Redis(this.port, '127.0.0.1', {
      protocol: 2,
      enableReadyCheck: false,
      ...(username !== undefined && { username, password: 'any' }),
      retryStrategy: () => 50,
    });
    redis.on('error', () => {});
    return redis;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.#folder[Symbol.dispose]();
  }
}
