import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../../support/child.ts';
import type { BenchStage } from '../bench-stage.ts';
import { ffmpegOf, type FfmpegProcess } from '../levels/ffmpeg-process.ts';
import { PROGRAM, programEnvironment } from '../program.ts';
import { senderEnvironment, type Sender } from './sender.ts';

type Settings = Readonly<Record<string, string>>;

export const RATE_FPS = 24;
/** What an SRT connection takes to deliver, on both sides of a comparison. */
export const SRT_LATENCY_MS = 120;
/** Settings with which it makes a report a second, and with each one the totals of all frames. */
export const TALKATIVE = { LOG_LEVEL: 'debug', STATS_INTERVAL: '1' } as const;
/** A session ends so soon after its source: long enough for a machine that stumbles. */
const IDLE_TIMEOUT_S = 4;
/** What the stream is held to. */
const KEPT_S = 2;
const SIZE = { widthPx: 1280, heightPx: 720 } as const;
/** What the noise in the pictures makes of the stream: the ceiling of the bit rate, whatever the preset. */
const BITRATE = '4M';
const SOURCE = join(import.meta.dir, 'noisy-source.ts');

const STREAMING = /streaming to/;

interface LinkProgramParts {
  readonly sender: Sender;
  /** One, or several with spaces between. */
  readonly destination: string;
  /** Tells it from another program of the same sender; that of the sender where it is left out. */
  readonly name?: string;
  /** Beside those of every measurement; names without `COSMOS_VIDEO_`. */
  readonly settings?: Settings;
}

/** The program that is measured, with its settings in a file and a source of its own, which writes where it is told to. */
export class LinkProgram implements AsyncDisposable {
  readonly program: Child;
  readonly sender: Sender;
  readonly name: string;
  #source: Child | undefined;

  private constructor(
    private readonly stage: BenchStage,
    private readonly parts: LinkProgramParts,
  ) {
    this.sender = parts.sender;
    this.name = parts.name ?? parts.sender;
    const env = { ...this.#write({}), ...senderEnvironment(parts.sender), COSMOS_VIDEO_ENV_FILE: this.#path };
    this.program = new Child([PROGRAM], { env });
  }

  /** Resolves once it has found its Redis. */
  static async start(stage: BenchStage, parts: LinkProgramParts): Promise<LinkProgram> {
    const started = new LinkProgram(stage, parts);
    await stage.unlessStopped(started.program.line(/: connected/));
    return started;
  }

  get pid(): number {
    return this.program.pid;
  }

  get ffmpeg(): FfmpegProcess {
    return ffmpegOf(this.program.pid);
  }

  /** The source begins anew with frame 0; resolves once the program says of each destination that it streams there. */
  async begin(): Promise<{ readonly sourcePid: number }> {
    const nth = this.program.count(STREAMING) + this.parts.destination.split(' ').length;
    const sourcePid = this.startSource();
    await this.stage.unlessStopped(this.program.line(STREAMING, { nth }));
    return { sourcePid };
  }

  /** The source stops; resolves once the program has closed the video and waits for another one. */
  async end(): Promise<void> {
    const waiting = /waiting for frames/;
    const nth = this.program.count(waiting) + 1;
    await this.stopSource();
    await this.stage.unlessStopped(this.program.line(waiting, { nth }));
  }

  /** A source begins with the frame of this number. @returns its process */
  startSource(firstNumber = 0): number {
    const numbers = [SIZE.widthPx, SIZE.heightPx, RATE_FPS, KEPT_S * RATE_FPS, firstNumber];
    const command = [process.execPath, SOURCE, this.stage.address, this.#stream, ...numbers.map(String)];
    this.#source = new Child(command);
    return this.#source.pid;
  }

  /** The source stops, and that is all. */
  async stopSource(): Promise<void> {
    await this.stage.unlessStopped(this.#source?.stop() ?? Promise.resolve(0));
  }

  /** The program is dead at once, while its source writes on. */
  async kill(): Promise<void> {
    await this.stage.unlessStopped(this.program.stop('SIGKILL'));
  }

  /** The program stops, while the source writes on. */
  async stop(): Promise<void> {
    await this.stage.unlessStopped(this.program.stop());
  }

  /** Has these settings read beside those of the start. */
  reload(settings: Settings): void {
    this.#write(settings);
    this.program.signal('SIGHUP');
  }

  /** What it had to warn of, but for the library that was hidden from it. */
  get complaints(): string[] {
    return this.program.lines.filter((line) => / (warn|error) /.test(line) && !/libsrt/.test(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#source?.[Symbol.asyncDispose]();
    await this.program[Symbol.asyncDispose]();
  }

  get #stream(): string {
    return `imagestream-${this.name}`;
  }

  get #path(): string {
    return this.stage.folder.file(`settings-${this.name}.env`);
  }

  #write(settings: Settings): Record<string, string> {
    const { destination } = this.parts;
    const variables = programEnvironment(this.stage.redisSettings, {
      STREAM: this.#stream,
      RESOLUTION: `${SIZE.widthPx}x${SIZE.heightPx}`,
      BITRATE,
      FRAMERATE: `${RATE_FPS}`,
      IDLE_TIMEOUT: `${IDLE_TIMEOUT_S}`,
      DESTINATION: destination,
      ...this.parts.settings,
      ...settings,
    });
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(this.#path, lines.join(''));
    return variables;
  }
}
