import { setTimeout } from 'node:timers/promises';
import { SrtReceiver } from '../../support/receiver.ts';
import { watchVideo } from '../../support/watched-video.ts';
import type { BenchStage } from '../bench-stage.ts';
import { measureCost, type Cost } from '../levels/cost.ts';
import { readUsage } from '../process-usage.ts';
import { XaddTimes } from '../xadd-times.ts';
import { LinkProgram, RATE_FPS, SRT_LATENCY_MS } from './link-program.ts';
import { pictureDelays } from './picture-delays.ts';

/** One session of one sender. */
export interface SenderWindow {
  readonly cost: Cost;
  /** CPU of program and ffmpeg, in percent of one core. */
  readonly cpuPercent: number;
  /** Memory of program and ffmpeg at the end. */
  readonly residentMib: number;
  readonly ffmpegMib: number;
  /** From XADD to the last byte of the picture at the receiver, of each picture since the session had settled. */
  readonly delaysMs: readonly number[];
  /** What is not as it should be with the video. */
  readonly complaints: readonly string[];
}

interface WindowDurations {
  /** Of each session: connection, JIT and the receiver's clock settle meanwhile. */
  readonly settleS: number;
  readonly measureS: number;
}

/** A program with the port that it sends to, and the windows in which it was measured. */
export interface Contender {
  readonly program: LinkProgram;
  readonly port: number;
  readonly windows: SenderWindow[];
}

/** How long and how often each of several programs is measured. */
export interface TurnDurations extends WindowDurations {
  /** Of each program, once: the runtime compiles the code meanwhile. */
  readonly warmUpS: number;
  readonly rounds: number;
}

/** Measures them in turn, window by window, so that whatever else the machine does hits all of them. */
export async function measureInTurns(
  stage: BenchStage,
  contenders: readonly Contender[],
  durations: TurnDurations,
): Promise<void> {
  for (const { program, port } of contenders) {
    await measureWindow(stage, program, port, { settleS: 0, measureS: durations.warmUpS });
  }
  for (let round = 0; round < durations.rounds; round += 1) {
    // Who is first changes, so that a machine that gets slower and slower favours nobody.
    for (const { program, port, windows } of round % 2 === 0 ? contenders : contenders.toReversed()) {
      windows.push(await measureWindow(stage, program, port, durations));
    }
  }
}

/** Where the video is that came in the last window of this program. */
export function receivedPath(stage: BenchStage, program: LinkProgram): string {
  return stage.folder.file(`received-${program.name}.ts`);
}

/** A session from its first frame to its end, measured in between. */
async function measureWindow(
  stage: BenchStage,
  program: LinkProgram,
  port: number,
  { settleS, measureS }: WindowDurations,
): Promise<SenderWindow> {
  await using run = new AsyncDisposableStack();
  const times = run.use(await XaddTimes.listen(stage.redis.duplicate()));
  const path = receivedPath(stage, program);
  const receiver = run.use(await SrtReceiver.start(path, { port, parameters: `latency=${SRT_LATENCY_MS}` }));
  const { sourcePid } = await program.begin();
  await stage.pause(settleS);
  const fromMs = performance.now();
  const redisPid = Number(/process_id:(\d+)/.exec(await stage.redis.info('server'))?.[1]);
  const processes = { programPid: program.pid, ffmpeg: program.ffmpeg, redisPid, sourcePid };
  const cost = await measureCost(stage, processes, measureS);
  const ffmpegMib = readUsage(processes.ffmpeg.pid).residentMib;
  const toMs = performance.now();
  await program.end();
  await flushed();
  await receiver.stop();
  const { numbers, words } = await watchVideo(path);
  const delays = pictureDelays(receiver.pictures, numbers, times.timesMs);
  return {
    cost,
    cpuPercent: (cost.bothMs * RATE_FPS) / 10,
    residentMib: cost.residentMib + ffmpegMib,
    ffmpegMib,
    delaysMs: delays
      .filter(({ addedMs }) => addedMs >= fromMs && addedMs <= toMs)
      .map(({ delayMs }) => delayMs),
    complaints: complaintsOf(receiver.pictures.length, numbers.length, words),
  };
}

function complaintsOf(received: number, decoded: number, words: string): string[] {
  const said = words === '' ? [] : [`the decoder says: ${words}`];
  // Pictures and their numbers are told together by their places.
  return received === decoded ? said : [...said, `${decoded} of ${received} pictures could be decoded`];
}

/** What the receiver holds back for SRT's latency. */
async function flushed(): Promise<void> {
  await setTimeout(2 * SRT_LATENCY_MS);
}
