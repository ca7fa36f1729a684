import type { PictureFigures } from '../bench/picture-figures.ts';
import type { Spread } from '../bench/statistics.ts';
import { figure } from '../bench/table.ts';
import { segmentFaults, type CosmosSegment } from './cosmos-view.ts';
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
  /** Those that COSMOS's transcoder has made of it. */
  readonly segments: readonly CosmosSegment[];
  /** Lines of the program's log that tell of an error, and exit statuses other than 0. */
  readonly errors: readonly string[];
}

/** The second one shows that pictures go on; each takes its time to be filled. */
export const WANTED_SEGMENTS = 2;

const RATE_TOLERANCE_PERCENT = 2;
/** A player begins as many segments before the end of the playlist. */
const PLAYER_SEGMENTS = 3;

type Row = readonly [name: string, what: string, where: string];

/** Lines of a table: a name, what it is, and where it was seen. */
export function outcomeTable(outcome: DemoOutcome): string[] {
  return [...videoRows(outcome), ...cosmosRows(outcome.segments)].map(
    ([name, value, note]) => `  ${name.padEnd(18)}${value.padEnd(28)}${note}`,
  );
}

function videoRows({ framesIn, inFps, pictures, report, file }: DemoOutcome): Row[] {
  return [
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
    ['sound', file.sound, 'ffprobe says; silence, since COSMOS waits for sound'],
    ['service', file.service, 'ffprobe says'],
  ];
}

function cosmosRows(segments: readonly CosmosSegment[]): Row[] {
  const [first, last] = [segments.at(0), segments.at(-1)];
  if (!first || !last) return [['COSMOS', 'no playlist', 'its transcoder has made none']];
  const pictures = segments.reduce((sum, { pictures: { frames } }) => sum + frames, 0);
  const playerS = (PLAYER_SEGMENTS * last.pictures.frames) / DEMO.fps;
  return [
    ['COSMOS: playlist', `after ${figure(first.afterS, 1)} s`, 'since its transcoder was started'],
    [
      'COSMOS: pictures',
      `${pictures} in ${segments.length} segments`,
      `numbers ${first.first} to ${last.last}, read in them: they go on`,
    ],
    [
      'COSMOS: behind',
      `${figure(last.behindS, 1)} s`,
      `the newest picture when its segment was complete; a player adds three segments: ${figure(playerS, 1)} s`,
    ],
  ];
}

/** All that was wrong, one sentence each. */
export function faultsOf({ framesIn, pictures, file, segments, errors }: DemoOutcome): string[] {
  const { frames, unreadable, backwards, fps } = pictures;
  const offPercent = (fps / DEMO.fps - 1) * 100;
  const checks: readonly (readonly [boolean, string])[] = [
    [framesIn === 0, 'no frame was written'],
    [frames === 0, 'no picture was received'],
    [unreadable > 0, `the number of ${unreadable} pictures cannot be read`],
    [backwards > 0, `the pictures went backwards ${backwards} times`],
    [!(Math.abs(offPercent) <= RATE_TOLERANCE_PERCENT), `the rate is off by ${figure(offPercent, 1)} %`],
    [!file.video.startsWith('h264 '), `the received file is no H.264: ${file.video}`],
    [!file.sound.startsWith('aac '), `there is no sound, which COSMOS waits for: ${file.sound}`],
    [file.errors !== '', `the received file has errors: ${file.errors}`],
  ];
  const wrong = checks.flatMap(([isWrong, words]) => (isWrong ? [words] : []));
  return [...wrong, ...segmentFaults(segments, WANTED_SEGMENTS), ...errors];
}

function spread({ p50Ms, p99Ms, maxMs }: Spread): string {
  return `${[p50Ms, p99Ms, maxMs].map((ms) => figure(ms, 0)).join('/')} ms`;
}
