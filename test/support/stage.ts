import type { Redis } from 'ioredis';
import { startBuilder } from './builder.ts';
import type { Child } from './child.ts';
import { Folder } from './folder.ts';
import { PictureWriter } from './picture-writer.ts';
import { SrtReceiver } from './receiver.ts';
import { RedisServer } from './redis-server.ts';

/** Redis, a source, the program and what it writes to: everything around one test, gone when it goes out of scope. */
export class Stage implements AsyncDisposable {
  readonly folder: Folder;
  readonly redis: Redis;
  readonly writer: PictureWriter;

  private constructor(
    readonly server: RedisServer,
    private readonly stack: AsyncDisposableStack,
  ) {
    this.folder = stack.use(new Folder());
    this.redis = server.client();
    stack.defer(() => this.redis.disconnect());
    this.writer = new PictureWriter(this.redis);
  }

  static async open(...redisOptions: string[]): Promise<Stage> {
    const stack = new AsyncDisposableStack();
    return new Stage(stack.use(await RedisServer.start(...redisOptions)), stack);
  }

  file(name: string): string {
    return this.folder.file(name);
  }

  /** The program, reading from this stage's Redis. */
  builder(settings: Readonly<Record<string, string>>, ...args: string[]): Child {
    return this.stack.use(startBuilder({ PORT: `${this.server.port}`, ...settings }, ...args));
  }

  async receiver(name = 'received.ts', parameters = ''): Promise<SrtReceiver> {
    return this.stack.use(await SrtReceiver.start(this.file(name), { parameters }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack[Symbol.asyncDispose]();
  }
}
