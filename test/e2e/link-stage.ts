import { expect } from 'bun:test';
import { SMALL } from '../support/builder.ts';
import type { Child } from '../support/child.ts';
import { frameTotals, lastFrameTotals, TOTALS_LINE, type FrameTotals } from '../support/frame-totals.ts';
import { PATIENT_LATENCY, SrtReceiver } from '../support/receiver.ts';
import { MadePictures } from '../support/made-pictures.ts';
import { freeUdpPort } from '../support/ports.ts';
import { Folder } from '../support/folder.ts';
import { createNoisyPicture } from '../support/noisy-picture.ts';
import type { Stage } from '../support/stage.ts';
import { UdpProxy } from '../support/udp-proxy.ts';
import { ReloadStage } from './reload-stage.ts';

type Settings = Readonly<Record<string, string>>;

/** A machine that is busy with other tests stretches faults; where the video is to be closed, a test says so itself. */
const PATIENT = { IDLE_TIMEOUT: '15', STATS_INTERVAL: '1', LOG_LEVEL: 'debug' } as const;
const RATE_FPS = 24;
/** No test writes for longer. */
const WRITING_LIMIT_MS = 120_000;

/**
 * A source that writes on through everything, the program with its settings in a file, and an SRT listener behind a network
 * that can be made worse.
 */
export class LinkStage implements AsyncDisposable {
  #isWriting = true;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    readonly run: ReloadStage,
    readonly made: MadePictures,
    /** Where the listener is; the program reaches it through the proxy. */
    readonly port: number,
    readonly proxy: UdpProxy,
    private readonly stack: AsyncDisposableStack,
  ) {}

  /**
   * @param settings names without `COSMOS_VIDEO_`, beside those of where to read and to write
   * @param alsoTo where the video goes beside that, with spaces between
   */
  static async open(settings: Settings = {}, alsoTo = ''): Promise<LinkStage> {
    const stack = new AsyncDisposableStack();
    const made = new MadePictures(stack.use(new Folder()));
    const port = await freeUdpPort();
    const proxy = stack.use(await UdpProxy.start(port));
    const all = { ...PATIENT, FFMPEG: made.ffmpeg, DESTINATION: `${proxy.address} ${alsoTo}`, ...settings };
    const run = stack.use(await ReloadStage.open(all));
    return new LinkStage(run, made, port, proxy, stack);
  }

  get builder(): Child {
    return this.run.builder;
  }

  get stage(): Stage {
    return this.run.stage;
  }

  /** A listener where the program's video goes. */
  async listener(name = 'received.ts', parameters = PATIENT_LATENCY): Promise<SrtReceiver> {
    return this.stack.use(await SrtReceiver.start(this.stage.file(name), { port: this.port, parameters }));
  }

  /** The source begins, and writes on until the end; waits until the program streams that. */
  async streams(): Promise<void> {
    const isOver = async () => !this.#isWriting;
    this.#writing = this.stage.writer.writeUntil(isOver, RATE_FPS, WRITING_LIMIT_MS);
    await this.#streams();
  }

  /** The same with pictures that an encoder needs many bits for. */
  async streamsNoise(): Promise<void> {
    this.#writing = this.#writeNoise();
    await this.#streams();
  }

  async ffmpegPid(): Promise<number> {
    return (await this.run.running()).ffmpeg;
  }

  /** The next totals of the program: the first so many pictures are exactly those that it counts there. */
  async totals(): Promise<FrameTotals> {
    const nth = this.builder.count(TOTALS_LINE) + 1;
    return frameTotals(await this.builder.line(TOTALS_LINE, { nth }));
  }

  /** Ends the program in order. @returns its last totals, in which all of its pictures are */
  async stopped(): Promise<FrameTotals> {
    expect(await this.builder.stop()).toBe(0);
    return lastFrameTotals(this.builder.lines);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isWriting = false;
    // Its Redis must not be gone before it.
    await this.#writing.catch(() => {});
    await this.stack[Symbol.asyncDispose]();
  }

  async #streams(): Promise<void> {
    // Where the source fails, nothing is streamed: that is what a test then says.
    this.#writing.catch(() => {});
    await this.builder.line(/streaming to/);
  }

  async #writeNoise(): Promise<void> {
    const picture = createNoisyPicture(SMALL);
    const startMs = performance.now();
    for (let number = 0; this.#isWriting && number < (WRITING_LIMIT_MS * RATE_FPS) / 1000; number += 1) {
      // The pace is what is being made here, not something that is waited for.
      await Bun.sleep(Math.max(0, startMs + (number * 1000) / RATE_FPS - performance.now()));
      const pixels = Buffer.from(picture.draw(number));
      await this.stage.redis.xadd('imagestream', 'MAXLEN', '=', 100, '*', 'pixels', pixels);
    }
  }
}
