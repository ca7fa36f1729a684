import { Child } from '../../support/child.ts';
import { complaintsOf, consumerCommand } from '../../support/hls-consumer.ts';
import { SrtReceiver } from '../../support/receiver.ts';
import { freeUdpPort, isUdpPortBound } from '../../support/ports.ts';
import { until } from '../../support/until.ts';
import { analyse, probe } from '../../support/video.ts';
import { watchVideo } from '../../support/watched-video.ts';
import type { BenchStage } from '../bench-stage.ts';
import { spreadOf } from '../statistics.ts';
import { XaddTimes } from '../xadd-times.ts';
import { LinkProgram, RATE_FPS, SRT_LATENCY_MS, TALKATIVE } from './link-program.ts';
import { longestPauseMs, pictureDelays } from './picture-delays.ts';
import { wrongFrames } from './wrong-frames.ts';

/** What changes the encoder, by its name. */
export interface EncoderChange {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
}

export const CHANGES: readonly EncoderChange[] = [
  { name: 'reload of the preset', settings: { CODEC_PRESET: 'superfast' } },
  { name: 'reload of the bit rate', settings: { BITRATE: '2M' } },
];

export interface ChangeOutcome {
  readonly name: string;
  /** Frames that came twice, never, or in another order without having been paced so, at the decoder and the HLS consumer. */
  readonly wrongFrames: number;
  readonly wrongSegmentFrames: number;
  /** Steps of the time stamps that are no period. */
  readonly unevenSteps: number;
  /** How much later than the median any picture came, in a run with a receiver alone. */
  readonly latestMs: number;
  /** Of decoder and HLS consumer. */
  readonly words: string;
}

export interface KillOutcome {
  readonly isSameConnection: boolean;
  /** The longest time without a picture. */
  readonly pauseMs: number;
  readonly backwards: number;
  readonly words: string;
}

const LIMIT_MS = 40_000;
const BEFORE_S = 3;
const AFTER_PICTURES = 120;
const CHANGED = /encoder was changed/;

/** A change of settings: what a decoder and an HLS consumer see of it, then how late pictures come. */
export async function measureChange(stage: BenchStage, change: EncoderChange): Promise<ChangeOutcome> {
  const seen = await seenByConsumer(stage, change);
  return { name: change.name, ...seen, latestMs: await latestMs(stage, change) };
}

async function seenByConsumer(stage: BenchStage, { settings }: EncoderChange) {
  await using run = new AsyncDisposableStack();
  const port = await freeUdpPort();
  const [recording, playlist] = [stage.folder.file('recording.ts'), stage.folder.file('live.m3u8')];
  const consumer = run.use(new Child(consumerCommand(port, recording, playlist)));
  await until(async () => isUdpPortBound(port), 'the SRT listener');
  const destination = `srt://127.0.0.1:${port}`;
  const program = run.use(
    await LinkProgram.start(stage, { sender: 'ours', destination, settings: TALKATIVE }),
  );
  await program.begin();
  await stage.pause(BEFORE_S);
  program.reload(settings);
  await stage.unlessStopped(program.program.line(CHANGED, { withinMs: LIMIT_MS }));
  await stage.pause(AFTER_PICTURES / RATE_FPS);
  await program.stop();
  await stage.unlessStopped(consumer.exit(LIMIT_MS));
  const decoded = await watchVideo(recording);
  const segments = await watchVideo(playlist);
  const { lines } = program.program;
  return {
    wrongFrames: wrongFrames(decoded.numbers, lines),
    wrongSegmentFrames: wrongFrames(segments.numbers, lines),
    unevenSteps: await unevenSteps(recording),
    words: [decoded.words, segments.words, ...complaintsOf(consumer)]
      .filter((text) => text !== '')
      .join('; '),
  };
}

async function unevenSteps(path: string): Promise<number> {
  const lines = await probe(path, '-select_streams', 'v', '-show_entries', 'packet=pts');
  const pts = lines.map((line) => Number(/pts=(\d+)/.exec(line)?.[1]));
  return pts.slice(1).filter((value, index) => value - (pts[index] ?? 0) !== 90_000 / RATE_FPS).length;
}

async function latestMs(stage: BenchStage, { settings }: EncoderChange): Promise<number> {
  await using run = new AsyncDisposableStack();
  const times = run.use(await XaddTimes.listen(stage.redis.duplicate()));
  const path = stage.folder.file('changed.ts');
  const receiver = run.use(await SrtReceiver.start(path, { parameters: `latency=${SRT_LATENCY_MS}` }));
  const program = run.use(await LinkProgram.start(stage, { sender: 'ours', destination: receiver.address }));
  await program.begin();
  await stage.pause(BEFORE_S);
  const fromMs = performance.now();
  program.reload(settings);
  await stage.unlessStopped(program.program.line(CHANGED, { withinMs: LIMIT_MS }));
  await stage.unlessStopped(receiver.morePictures(AFTER_PICTURES, LIMIT_MS));
  await program.stop();
  await receiver.stop();
  const { numbers } = await watchVideo(path);
  const delays = pictureDelays(receiver.pictures, numbers, times.timesMs);
  const { p50Ms, maxMs } = spreadOf(
    delays.filter(({ addedMs }) => addedMs >= fromMs).map(({ delayMs }) => delayMs),
  );
  return maxMs - p50Ms;
}

/** ffmpeg is killed: whether the connection stays, and how soon pictures go on. */
export async function measureKill(stage: BenchStage): Promise<KillOutcome> {
  await using run = new AsyncDisposableStack();
  const path = stage.folder.file('killed.ts');
  const receiver = run.use(await SrtReceiver.start(path, { parameters: `latency=${SRT_LATENCY_MS}` }));
  const program = run.use(await LinkProgram.start(stage, { sender: 'ours', destination: receiver.address }));
  await program.begin();
  await stage.pause(BEFORE_S);
  const killedMs = performance.now();
  process.kill(program.ffmpeg.pid, 'SIGKILL');
  await stage.unlessStopped(receiver.morePictures(AFTER_PICTURES, LIMIT_MS));
  const isSameConnection = receiver.acceptedMs.length === 1 && receiver.disconnectedMs.length === 0;
  const pauseMs = longestPauseMs(receiver.pictures, killedMs);
  await program.stop();
  await receiver.stop();
  const { numbers, words } = await watchVideo(path);
  return { isSameConnection, pauseMs, backwards: analyse(numbers).backwards, words };
}
