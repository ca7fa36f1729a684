import { expect, test } from 'bun:test';
import { copyFileSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { TlsStage } from '../redis/tls-stage.ts';
import { environment, EXECUTABLE, SMALL } from '../support/builder.ts';
import { Child } from '../support/child.ts';
import { Folder } from '../support/folder.ts';
import { PictureWriter } from '../support/picture-writer.ts';
import { childrenOf, isRunning } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { analyse, frameNumbers } from '../support/video.ts';

const LIMIT_MS = 60_000;
const EXIT_CONFIG = 78;
const GOOD = { backwards: 0, unreadable: 0 };
/** Half a second is what it takes; a busy machine may take as much five times. */
const STOP_MS = 2_500;

type Settings = Readonly<Record<string, string>>;

/** The program reading over TLS what a source writes into the same Redis, and what is there to watch both. */
class TlsRun implements AsyncDisposable {
  private constructor(
    readonly tls: TlsStage,
    readonly folder: Folder,
    readonly redis: Redis,
    private readonly stack: AsyncDisposableStack,
    readonly writer = new PictureWriter(redis),
  ) {}

  static async open(): Promise<TlsRun> {
    const stack = new AsyncDisposableStack();
    const tls = stack.use(await TlsStage.open());
    const redis = stack.adopt(tls.server.client(), (client) => client.disconnect());
    const run = new TlsRun(tls, stack.use(new Folder()), redis, stack);
    mkdirSync(run.temporary);
    return run;
  }

  get path(): string {
    return this.folder.file('video.ts');
  }

  get temporary(): string {
    return this.folder.file('temporary');
  }

  /** The program, with a folder of its own for temporary files. */
  builder(settings: Settings = {}): Child {
    const { port, tlsCa } = this.tls;
    const base = { PORT: `${port}`, TLS: 'on', TLS_CA: tlsCa, DESTINATION: this.path };
    const env = { ...environment({ ...base, ...settings }), TMPDIR: this.temporary };
    return this.stack.use(new Child([EXECUTABLE], { env }));
  }

  /** The program, streaming. */
  async streaming(settings: Settings = {}): Promise<Child> {
    const builder = this.builder(settings);
    await builder.line(/connected/);
    await this.writer.writeUntil(async () => builder.count(/streaming to/) === 1);
    return builder;
  }

  async write(frames: number): Promise<void> {
    const end = this.writer.number + frames;
    await this.writer.writeUntil(async () => this.writer.number >= end);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack[Symbol.asyncDispose]();
  }
}

test(
  'with a certificate authority of its own every frame comes as it was written',
  async () => {
    await using run = await TlsRun.open();
    const builder = await run.streaming({ MAX_DELAY: '0', TRIM_AFTER: '0', IDLE_TIMEOUT: '3' });
    await run.write(72);
    // It has sent on by then all that was waiting.
    await builder.line(/closing the stream/, { withinMs: 30_000 });
    expect(await builder.stop()).toBe(0);
    expect(builder.count(/ (warn|error) /)).toBe(0);
    const video = analyse(await frameNumbers(run.path, SMALL));
    expect(video).toMatchObject(GOOD);
    expect(video.unique).toBeGreaterThan(60);
  },
  LIMIT_MS,
);

test(
  'large frames come whole, too',
  async () => {
    await using run = await TlsRun.open();
    const picture = { ...SMALL, widthPx: 1920, heightPx: 1080 };
    const writer = new PictureWriter(run.redis, { picture });
    const builder = run.builder({ RESOLUTION: '1920x1080', FRAMERATE: '6', IDLE_TIMEOUT: '3' });
    await builder.line(/connected/);
    await writer.writeUntil(async () => builder.count(/streaming to/) === 1, 6);
    await writer.writeAll(18, (index) => (index * 1000) / 6);
    await builder.line(/closing the stream/, { withinMs: 30_000 });
    expect(await builder.stop()).toBe(0);
    const video = analyse(await frameNumbers(run.path, picture));
    expect(video).toMatchObject(GOOD);
    expect(video.unique).toBeGreaterThan(9);
  },
  LIMIT_MS,
);

test('a certificate that nobody known has signed is refused in words, for as long as it is', async () => {
  await using run = await TlsRun.open();
  const stranger = run.builder({ TLS_CA: '' });
  const line = await stranger.line(/certificate/);
  expect(line).toMatch(/error +Redis at 127\.0\.0\.1:\d+: self.signed certificate.*trying again/i);
  expect(stranger.count(/connected/)).toBe(0);
  expect(stranger.isRunning).toBe(true);
  expect(await stranger.stop()).toBe(0);
});

test('the file of a certificate authority that cannot be read is named, with exit status 78', async () => {
  await using run = await TlsRun.open();
  const builder = run.builder({ TLS_CA: '/nowhere/ca.pem' });
  expect(await builder.exit()).toBe(EXIT_CONFIG);
  expect(builder.text).toMatch(/error +COSMOS_VIDEO_TLS_CA=\/nowhere\/ca\.pem cannot be read: /);
});

test(
  'Redis that is killed and comes back is connected to again, and the video goes on',
  async () => {
    await using run = await TlsRun.open();
    const builder = await run.streaming({ IDLE_TIMEOUT: '0' });
    for (const nth of [1, 2]) {
      await run.tls.server.stop();
      await builder.line(/connection (was closed|refused)/, { nth });
      await run.tls.server.startAgain();
      await run.writer.writeUntil(async () => builder.count(/connected again/) === nth);
      await run.write(24);
    }
    expect(builder.count(/streaming to/)).toBe(1);
    expect(await builder.stop()).toBe(0);
    const numbers = await frameNumbers(run.path, SMALL);
    expect(analyse(numbers)).toMatchObject(GOOD);
    expect(Math.max(...numbers.map((number) => number ?? 0))).toBeGreaterThan(run.writer.number - 12);
  },
  LIMIT_MS,
);

test(
  'while the file of its certificate authority is away, Redis that comes back is tried again',
  async () => {
    await using run = await TlsRun.open();
    const TLS_CA = run.folder.file('ca.pem');
    copyFileSync(run.tls.tlsCa, TLS_CA);
    const builder = await run.streaming({ TLS_CA, IDLE_TIMEOUT: '0' });
    renameSync(TLS_CA, `${TLS_CA}.old`);
    await run.tls.server.stop();
    await builder.line(/connection (was closed|refused)/);
    await run.tls.server.startAgain();
    await builder.line(/COSMOS_VIDEO_TLS_CA=\S+ca\.pem cannot be read: .*trying again/);
    renameSync(`${TLS_CA}.old`, TLS_CA);
    await run.writer.writeUntil(async () => builder.count(/connected again/) === 1);
    expect(builder.count(/streaming to/)).toBe(1);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test(
  'Redis that stops answering is given up and taken up again',
  async () => {
    await using run = await TlsRun.open();
    const builder = await run.streaming({ IDLE_TIMEOUT: '0' });
    run.tls.server.signal('SIGSTOP');
    await builder.line(/no answer in \d s/);
    run.tls.server.signal('SIGCONT');
    await run.writer.writeUntil(async () => builder.count(/connected again/) === 1);
    expect(builder.count(/streaming to/)).toBe(1);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test.each(['waits for frames', 'streams'])(
  'a program that %s stops at once, and leaves no connection, mark, process or file behind',
  async (state) => {
    await using run = await TlsRun.open();
    const { redis } = run;
    await redis.xadd('imagestream', '*', 'other', 'so that there is a stream to count');
    const builder = run.builder({ IDLE_TIMEOUT: '0' });
    await builder.line(/connected/);
    const marks = async () => listOf(await redis.xinfo('GROUPS', 'imagestream'));
    if (state === 'streams') await run.writer.writeUntil(async () => builder.count(/streaming to/) === 1);
    await until(async () => (await marks()).length === 1, 'mark that it counts by');
    expect(await connections(redis)).toBe(1);
    const children = childrenOf(builder.pid);
    const startMs = performance.now();
    expect(await builder.stop()).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(STOP_MS);
    expect(children.filter(isRunning)).toEqual([]);
    await until(async () => (await connections(redis)) === 0, 'end of the connections');
    expect(await marks()).toEqual([]);
    expect(readdirSync(run.temporary)).toEqual([]);
  },
  LIMIT_MS,
);

/** How many clients Redis has beside this one. */
async function connections(redis: Redis): Promise<number> {
  return (
    String(await redis.client('LIST'))
      .trim()
      .split('\n').length - 1
  );
}

function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : [];
}
