import type { PictureFigures } from '../bench/picture-figures.ts';
import type { Spread } from '../bench/statistics.ts';
import { figure } from '../bench/table.ts';
import { DEMO } from './demo-stage.ts';
import type { ProgramReport } from './program-report.ts';
import type { ReceivedFile } from './received-file.ts';

/** Everything that is known at the end. */
export interface DemoOutcome {
  readonly framesIn: number;
  /** Frames a second that the source wrote. */
  readonly inFps: number;
  readonly pictures: PictureFigures;
  readonly report: ProgramReport;
  readonly file: ReceivedFile;
  /** Lines of the program's log that tell of an error, and exit statuses other than 0. */
  readonly errors: readonly string[];
}

const RATE_TOLERANCE_PERCENT = 2;

/** Lines of a table: a name, what it is, and where it was seen. */
export function outcomeTable({ framesIn, inFps, pictures, report, file }: DemoOutcome): string[] {
  const rows: readonly (readonly [string, string, string])[] = [
    ['frames in', `${framesIn}`, 'XADD, counted by Redis'],
    ['frames out', `${pictures.frames}`, 'pictures decoded behind the SRT receiver'],
    [
      'rate in',
      `${figure(inFps, 2)} fps`,
      `varying: each frame off its time by up to ${DEMO.jitter} of a period`,
    ],
    ['rate out', `${figure(pictures.fps, 2)} fps`, `by the receiver's clock; asked for: ${DEMO.fps}`],
    ['unique', `${pictures.unique}`, `frame numbers read in the pictures; the program says ${report.unique}`],
    ['dup', `${pictures.dup}`, `the program says ${report.dup}`],
    ['drop', `${pictures.lost}`, `numbers that never came; the program says ${report.dropped}`],
    ['backwards', `${pictures.backwards}`, 'must be 0'],
    ['unreadable', `${pictures.unreadable}`, 'must be 0'],
    ['late ticks', `${report.lateTicks}`, `the program says, in ${report.lines} report lines`],
    ['XADD to encoder', report.backlogAge, 'the program says, in its last report line'],
    [
      'XADD to receiver',
      spread(pictures.arrival),
      `median/99th percentile/largest; ${DEMO.srtLatencyMs} ms of it are SRT's`,
    ],
    ['XADD to picture', spread(pictures.latency), 'decoded by ffmpeg, which holds some pictures back'],
    ['encoder', report.encoder, 'speed and bit rate, in the last report line'],
    ['video', file.video, 'ffprobe says'],
  ];
  return rows.map(([name, value, note]) => `  ${name.padEnd(18)}${value.padEnd(28)}${note}`);
}

/** All that was wrong, one sentence each. */
export function faultsOf({ framesIn, pictures, file, errors }: DemoOutcome): string[] {
  const { frames, unreadable, backwards, fps } = pictures;
  const offPercent = (fps / DEMO.fps - 1) * 100;
  const checks: readonly (readonly [boolean, string])[] = [
    [framesIn === 0, 'no frame was written'],
    [frames === 0, 'no picture was received'],
    [unreadable > 0, `the number of ${unreadable} pictures cannot be read`],
    [backwards > 0, `the pictures went backwards ${backwards} times`],
    [!(Math.abs(offPercent) <= RATE_TOLERANCE_PERCENT), `the rate is off by ${figure(offPercent, 1)} %`],
    [!file.video.startsWith('h264 '), `the received file is no H.264: ${file.video}`],
    [file.errors !== '', `the received file has errors: ${file.errors}`],
  ];
  return [...checks.flatMap(([isWrong, words]) => (isWrong ? [words] : [])), ...errors];
}

function spread({ p50Ms, p99Ms, maxMs }: Spread): string {
  return `${[p50Ms, p99Ms, maxMs].map((ms) => figure(ms, 0)).join('/')} ms`;
}
