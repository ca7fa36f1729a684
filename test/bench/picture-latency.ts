import { Child } from '../support/child.ts';
import { BenchStage } from './bench-stage.ts';
import { pictureFigures, SETTLING_PICTURES, type PictureFigures } from './picture-figures.ts';
import { PictureReceiver } from './picture-receiver.ts';
import { PROGRAM, programEnvironment } from './program.ts';
import type { Spread } from './statistics.ts';
import { figure } from './table.ts';
import type { TargetResult } from './targets.ts';
import { TELLS_OF_XADD, XaddTimes } from './xadd-times.ts';

/** What came of a measurement from XADD to the decoded picture. */
export interface PictureLatency {
  readonly figures: PictureFigures;
  readonly lines: readonly string[];
  readonly targets: readonly TargetResult[];
}

const RESOLUTION = '1280x720';
const RATE = '24';
const MEDIAN_LIMIT_MS = 260;

/** The program's own source, the program, SRT and a decoder for some seconds. */
export async function measurePictureLatency(
  signal: AbortSignal,
  seconds: number,
  srtLatencyMs: number,
): Promise<PictureLatency> {
  await using stage = await BenchStage.open(signal, 'socket', ...TELLS_OF_XADD);
  await using run = new AsyncDisposableStack();
  const times = run.use(await XaddTimes.listen(stage.redis.duplicate()));
  const receiver = run.use(await PictureReceiver.start(stage.folder.file('received.ts'), srtLatencyMs));
  const settings = { RESOLUTION, FRAMERATE: RATE, DESTINATION: receiver.address };
  const env = programEnvironment(stage.redisSettings, settings);
  const program = run.use(new Child([PROGRAM], { env }));
  await stage.unlessStopped(program.line(/: connected/));
  run.use(new Child([PROGRAM, 'source', '--rate', RATE], { env }));
  await stage.unlessStopped(program.line(/streaming to/));
  await stage.pause(seconds);
  await stage.unlessStopped(program.stop());
  await stage.unlessStopped(receiver.stop());
  const figures = pictureFigures(receiver.pictures.slice(SETTLING_PICTURES), times.timesMs);
  return { figures, lines: [inWords(figures)], targets: [target(figures)] };
}

function inWords({ frames, latency, arrival, dup, lost, backwards, unreadable }: PictureFigures): string {
  return (
    `${RESOLUTION}, ${frames} pictures: XADD to decoded picture ${inMs(latency)}, of that to the SRT receiver's output ` +
    `${inMs(arrival)} (median/99th percentile/largest); ` +
    `dup ${dup}, lost ${lost}, backwards ${backwards}, unreadable ${unreadable}`
  );
}

function inMs({ p50Ms, p99Ms, maxMs }: Spread): string {
  return `${[p50Ms, p99Ms, maxMs].map((ms) => figure(ms, 0)).join('/')} ms`;
}

function target({ latency }: PictureFigures): TargetResult {
  const value = latency.p50Ms;
  const text = `XADD to decoded picture behind SRT, ${RESOLUTION}, median, ms`;
  return { text, value, limit: MEDIAN_LIMIT_MS, isReached: value <= MEDIAN_LIMIT_MS };
}
