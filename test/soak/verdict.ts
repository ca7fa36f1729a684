import { checkFrames, checkOutput, type OutputCheck } from './accounts.ts';
import { unexplainedErrors } from './error-lines.ts';
import { areaOf } from './faults.ts';
import { checkGrowth, coursesOf, type Course } from './growth.ts';
import { accountsOf, parseReport, type Account, type Report } from './program-lines.ts';
import { checkQuota, quotaExcess } from './quota.ts';
import {
  FRAME_AREAS,
  longestGap,
  PICTURE_AREAS,
  recoveriesOf,
  worstOf,
  type Gap,
  type Recovery,
} from './recovery.ts';
import type { SegmentCheck } from './segments.ts';
import type { SoakResult } from './soak-run.ts';

/** What a run comes to. */
export interface Verdict {
  /** Why it was not good; empty where it was. */
  readonly reasons: readonly string[];
  readonly account?: Account;
  readonly outputs: readonly OutputCheck[];
  readonly courses: readonly Course[];
  readonly ffmpegsLost: number;
  readonly lateTicks: number;
  readonly oldestMs: number;
  readonly worstPicture?: Recovery;
  readonly worstFrames?: Recovery;
  /** At the first receiver, of those that no fault explains. */
  readonly gap: Gap;
  readonly quotaExcessBytes: number;
  /** Errors that no fault explains, with how often each came: to be looked at. */
  readonly unexplained: ReadonlyMap<string, number>;
}

/** The longest that coming back may take on a busy machine: the program's own waits are 4 s for ffmpeg, 5 s for a link. */
const RECOVERY_LIMIT_MS = 30_000;
/** At the end of the calm so much of the video is looked at, and half of its pictures must have come. */
const END_LOOK_MS = 5_000;
const LEAST_END_PICTURES = 60;
/** A second of video in which half of the frames were new ones is a live one. */
const LIVE_FRAMES = 12;
/** A report is about the second before it: it is of the time after a fault only from then on. */
const REPORT_MS = 1_000;
/** So long after a fault a gap may be of it. */
const GAP_SETTLE_MS = 10_000;
const FFMPEG_FAILED = /^ffmpeg failed|encoder with the new settings failed|the stream to .* failed: .*ffmpeg/;

/** Judges a run. */
export function judge(result: SoakResult, segments: SegmentCheck): Verdict {
  const { lines, faults, phases, wallAtZeroMs } = result;
  const accounts = accountsOf(lines);
  const account = accounts.at(-1);
  const reports = lines.flatMap(({ atMs, text }) => timedReport(atMs - wallAtZeroMs, text));
  const killed = faults.filter(({ fault }) => areaOf(fault) === 'ffmpeg').length;
  const ffmpegsLost = Math.max(killed, lines.filter(({ text }) => FFMPEG_FAILED.test(text)).length);
  const outputs = result.outputs.map((use) => checkOutput(accounts, use));
  const courses = coursesOf(result.samples, phases);
  const firstMs = result.receivers[0]?.pictureMs ?? [];
  const liveMs = reports.filter(({ unique }) => unique >= LIVE_FRAMES).map(({ atMs }) => atMs - REPORT_MS);
  const worstPicture = worstOf(recoveriesOf(faults, firstMs, PICTURE_AREAS));
  const worstFrames = worstOf(recoveriesOf(faults, liveMs, FRAME_AREAS));
  const errors = lines.filter(({ level }) => level === 'error' || level === 'fatal');
  return {
    reasons: [
      ...checkEnd(result, account),
      ...(account ? checkFrames(account.totals, result.written, ffmpegsLost) : ['there is no account']),
      ...outputs.flatMap((output) => output.faults),
      ...(result.ended === undefined ? checkGrowth(courses) : []),
      ...result.receivers.flatMap((receiver) => checkReceiver(receiver, phases.calmToMs)),
      ...checkRecovery('a picture came', worstPicture),
      ...checkRecovery('new frames came', worstFrames),
      ...checkQuota(result.recorded, result.quotas),
      ...(segments.finished > 0 ? [] : ['nothing was recorded']),
      ...segments.faults,
      ...checkUnfinished(result, segments),
    ],
    ...(account && { account }),
    outputs,
    courses,
    ffmpegsLost,
    lateTicks: reports.reduce((sum, { lateTicks }) => sum + lateTicks, 0),
    oldestMs: reports.reduce((most, { oldestMs = 0 }) => Math.max(most, oldestMs), 0),
    ...(worstPicture && { worstPicture }),
    ...(worstFrames && { worstFrames }),
    gap: longestGap(
      firstMs.filter((atMs) => atMs >= phases.calmFromMs),
      faults,
      [...PICTURE_AREAS, 'settings'],
      GAP_SETTLE_MS,
    ),
    quotaExcessBytes: quotaExcess(result.recorded, result.quotas),
    unexplained: unexplainedErrors(
      errors.map((line) => ({ ...line, monotonicMs: line.atMs - wallAtZeroMs })),
      faults,
      namesOf(result),
    ),
  };
}

/** It ended when it was told to, in order, once, and left nothing. */
function checkEnd(
  { ended, exitStatus, childrenLeft, otherLines, lines }: SoakResult,
  account: Account | undefined,
): string[] {
  const stoppingMs = lines.findLast(({ text }) => text.startsWith('stopping'))?.atMs ?? 0;
  const starts = lines.filter(({ text }) => /^cosmos-video-builder \S+: /.test(text)).length;
  return [
    ...(ended === undefined ? [] : [ended]),
    ...(exitStatus === 0 ? [] : [`the exit status is ${exitStatus}`]),
    ...(lines.some(({ text }) => text === 'stopped') ? [] : ['it never said "stopped"']),
    ...(stoppingMs <= (account?.atMs ?? 0) ? [] : ['there is no account of after the end of the outputs']),
    ...(starts === 1 ? [] : [`it started ${starts} times`]),
    ...childrenLeft.map((child) => `a child is left over: ${child}`),
    ...otherLines.slice(0, 20).map((line) => `this is no line of its log: ${line}`),
  ];
}

function checkReceiver(
  { name, pictureMs }: SoakResult['receivers'][number],
  calmToMs: number,
): readonly string[] {
  const count = pictureMs.filter((atMs) => atMs >= calmToMs - END_LOOK_MS && atMs < calmToMs).length;
  return count >= LEAST_END_PICTURES ? [] : [`${name}: ${count} pictures in the last seconds of the calm`];
}

function checkRecovery(what: string, worst: Recovery | undefined): readonly string[] {
  if (!worst || worst.afterMs <= RECOVERY_LIMIT_MS) return [];
  return [`${what} only ${(worst.afterMs / 1000).toFixed(1)} s after: ${worst.fault.fault.kind}`];
}

/** A disk that failed may keep one that is finished at the next start; nothing else may. */
function checkUnfinished({ faults }: SoakResult, { unfinished }: SegmentCheck): readonly string[] {
  const allowed = faults.filter(({ fault }) => areaOf(fault) === 'disk').length;
  return unfinished <= allowed ? [] : [`${unfinished} segments are not finished`];
}

function timedReport(atMs: number, text: string): (Report & { readonly atMs: number })[] {
  const report = parseReport(text);
  return report ? [{ ...report, atMs }] : [];
}

function namesOf({ outputs }: SoakResult) {
  const [first = '', second = ''] = outputs.map(({ name }) => name);
  return { first, second, recorder: outputs.at(-1)?.name ?? '' };
}
