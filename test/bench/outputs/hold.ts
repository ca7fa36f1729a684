import { Child } from '../../support/child.ts';
import { complaintsOf, consumerCommand } from '../../support/hls-consumer.ts';
import { freeUdpPort, isUdpPortBound } from '../../support/ports.ts';
import { SrtReceiver } from '../../support/receiver.ts';
import { until } from '../../support/until.ts';
import { watchVideo } from '../../support/watched-video.ts';
import type { BenchStage } from '../bench-stage.ts';
import { LinkProgram, RATE_FPS, SRT_LATENCY_MS, TALKATIVE } from '../link/link-program.ts';
import { pictureDelays } from '../link/picture-delays.ts';
import { wrongFrames } from '../link/wrong-frames.ts';
import { XaddTimes } from '../xadd-times.ts';
import { livenessAfter, type Liveness } from './liveness.ts';
import { countOthers } from './others.ts';
import { streamHealth, type StreamHealth } from './stream-health.ts';

export interface HoldDurations {
  readonly beforeS: number;
  readonly silenceS: number;
  readonly afterS: number;
}

/** What a silence of the source came to, with COSMOS_VIDEO_IDLE=hold. */
export interface HoldOutcome {
  readonly stream: StreamHealth;
  readonly isSameFfmpeg: boolean;
  /** Lines of the log, that there is no new frame, and that they are back. */
  readonly silentLines: number;
  readonly backLines: number;
  /** Pictures at the receiver within the silence; all the same one. */
  readonly heldPictures: number;
  readonly live: Liveness;
  /** Whether the HLS consumer was still at work when the program was stopped. */
  readonly isConsuming: boolean;
  readonly wrongSegmentFrames: number;
  readonly consumerWords: string;
}

const LIMIT_MS = 40_000;
const PERIOD_MS = 1000 / RATE_FPS;
const SILENT = /no new frame on .* for 5 s: repeating the last picture/;
const BACK = /frames on .* are back, after /;
/** Pictures of the time in which connections settle do not say how late pictures are. */
const SETTLE_MS = 2_000;

/** A source that is silent for a while, and what an SRT receiver and an HLS consumer see of it. */
export async function measureHold(stage: BenchStage, durations: HoldDurations): Promise<HoldOutcome> {
  await using run = new AsyncDisposableStack();
  const times = run.use(await XaddTimes.listen(stage.redis.duplicate()));
  const path = stage.folder.file('held.ts');
  const receiver = run.use(await SrtReceiver.start(path, { parameters: `latency=${SRT_LATENCY_MS}` }));
  const consumer = run.use(await Consumer.start(stage));
  const settings = { ...TALKATIVE, IDLE: 'hold' };
  const destination = `${receiver.address} ${consumer.address}`;
  const program = run.use(await LinkProgram.start(stage, { sender: 'ours', destination, settings }));
  await program.begin();
  const others = countOthers();
  const beganMs = performance.now();
  await stage.pause(durations.beforeS);
  const { pid } = program.ffmpeg;
  await program.stopSource();
  const [silentMs, pictures] = [performance.now(), receiver.pictures.length];
  await stage.pause(durations.silenceS);
  const heldPictures = receiver.pictures.length - pictures;
  const firstNumber = times.timesMs.length;
  program.startSource(firstNumber);
  await stage.unlessStopped(program.program.line(BACK));
  await stage.pause(durations.afterS);
  const isSameFfmpeg = program.ffmpeg.pid === pid;
  const isConsuming = consumer.child.isRunning;
  const othersCpuPercent = others();
  await program.stop();
  await receiver.stop();
  await stage.unlessStopped(consumer.child.exit(LIMIT_MS));
  const { health, numbers } = await streamHealth(program, receiver, othersCpuPercent);
  const delays = pictureDelays(receiver.pictures, numbers, times.timesMs);
  const usual = delays.filter(({ addedMs }) => addedMs >= beganMs + SETTLE_MS && addedMs < silentMs);
  const mayMs = Math.max(...usual.map(({ delayMs }) => delayMs)) + PERIOD_MS;
  const { lines } = program.program;
  const segments = await watchVideo(consumer.playlist);
  return {
    stream: health,
    isSameFfmpeg,
    silentLines: program.program.count(SILENT),
    backLines: program.program.count(BACK),
    heldPictures,
    live: livenessAfter(delays, firstNumber, times.timesMs[firstNumber] ?? Number.NaN, mayMs),
    isConsuming,
    wrongSegmentFrames: wrongFrames(segments.numbers, lines),
    consumerWords: [segments.words, ...complaintsOf(consumer.child)].filter((text) => text !== '').join('; '),
  };
}

/** An ffmpeg that listens and makes HLS of what comes. */
class Consumer implements AsyncDisposable {
  private constructor(
    readonly address: string,
    readonly playlist: string,
    readonly child: Child,
  ) {}

  static async start({ folder }: BenchStage): Promise<Consumer> {
    const port = await freeUdpPort();
    const playlist = folder.file('held.m3u8');
    const child = new Child(consumerCommand(port, folder.file('consumed.ts'), playlist));
    const consumer = new Consumer(`srt://127.0.0.1:${port}`, playlist, child);
    await until(async () => isUdpPortBound(port), 'the SRT listener');
    return consumer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]();
  }
}
