import { mkdirSync, rmSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { PictureReceiver } from '../bench/picture-receiver.ts';
import { PROGRAM, programEnvironment } from '../bench/program.ts';
import { TELLS_OF_XADD, XaddTimes } from '../bench/xadd-times.ts';
import { Child } from '../support/child.ts';
import { CosmosTranscoder } from '../support/cosmos-transcoder.ts';
import { freeUdpPort } from '../support/ports.ts';
import { RedisServer } from '../support/redis-server.ts';

/** The picture that is shown, and how the source varies: each frame is off its time by up to 0.4 of a period. */
export const DEMO = { resolution: '640x480', fps: 24, jitter: 0.4, srtLatencyMs: 120 } as const;

/** Seconds between two report lines of the program. */
const REPORT_PERIOD_S = 3;

/** All that runs in the demonstration; whatever was started is gone when it goes out of scope. */
export class DemoStage implements AsyncDisposable {
  private constructor(
    readonly server: RedisServer,
    readonly redis: Redis,
    readonly times: XaddTimes,
    readonly receiver: PictureReceiver,
    /** Where the program listens, for viewers to call. */
    readonly viewersPort: number,
    private readonly stack: AsyncDisposableStack,
  ) {}

  /** Starts Redis and the SRT listener, which writes to `videoPath`. */
  static async open(videoPath: string): Promise<DemoStage> {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await RedisServer.start(...TELLS_OF_XADD));
    const redis = server.client();
    stack.defer(() => redis.disconnect());
    const times = stack.use(await XaddTimes.listen(redis.duplicate()));
    const receiver = stack.use(await PictureReceiver.start(videoPath, DEMO.srtLatencyMs));
    return new DemoStage(server, redis, times, receiver, await freeUdpPort(), stack.move());
  }

  /** As it is set for COSMOS, but for the addresses: the video goes to the receiver, and to all who call. */
  startProgram(): Child {
    return this.#start([], {
      DESTINATION: `${this.receiver.address} ${this.viewersAddress}?mode=listener`,
      AUDIO: 'silent',
      IDLE: 'hold',
      STATS_INTERVAL: `${REPORT_PERIOD_S}`,
    });
  }

  get viewersAddress(): string {
    return `srt://127.0.0.1:${this.viewersPort}`;
  }

  /** COSMOS's transcoder calls the program, which it does not do in COSMOS: there it calls the server in between. */
  startTranscoder(folder: string): CosmosTranscoder {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    return this.stack.use(new CosmosTranscoder(this.viewersAddress, folder));
  }

  startSource(): Child {
    return this.#start(['source', '--rate', `${DEMO.fps}`, '--jitter', `${DEMO.jitter}`], {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack[Symbol.asyncDispose]();
  }

  #start(args: readonly string[], settings: Readonly<Record<string, string>>): Child {
    const redis = { HOST: '127.0.0.1', PORT: `${this.server.port}` };
    const common = { RESOLUTION: DEMO.resolution, FRAMERATE: `${DEMO.fps}` };
    const env = programEnvironment(redis, { ...common, ...settings });
    const child = new Child([PROGRAM, ...args], { env });
    this.stack.use(child);
    // In order, where there is still time: ffmpeg is ended by the program, not left to notice.
    this.stack.defer(async () => {
      await child.stop('SIGTERM', 6_000).catch(() => {});
    });
    return child;
  }
}
