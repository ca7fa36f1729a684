import { targetResult, type TargetResult } from '../targets.ts';
import type { SenderOutcome } from './compare-senders.ts';
import type { ChangeOutcome, KillOutcome } from './encoder-changes.ts';
import type { OutageOutcome } from './outages.ts';
import type { StopOutcome } from './stops.ts';

/** All that was measured; what was left out is empty. */
export interface LinkOutcomes {
  readonly senders: readonly SenderOutcome[];
  readonly stops: readonly StopOutcome[];
  readonly outages: readonly OutageOutcome[];
  readonly kills: readonly KillOutcome[];
  readonly changes: readonly ChangeOutcome[];
}

const MORE = { medianMs: 3, p99Ms: 10, cpuPercent: 3, memoryMib: 8 } as const;
const NOTICED_MS = 1_300;
const CONNECTED_MS = 1_300;
/** A GOP of two seconds, and what SRT holds back. */
const ONE_GOP_MS = 2_120;
const GOES_ON_MS = 1_000;
const PERIOD_MS = 1000 / 24;

/** The targets that were measured, in their order; what was measured several times counts by its worst. */
export function judgeLink({ senders, stops, outages, kills, changes }: LinkOutcomes): TargetResult[] {
  const all = [
    ...againstFfmpeg(senders),
    ...stops.filter(({ sender }) => sender === 'ours').map(lastPictures),
    ...outages.flatMap(outageTargets),
    ...kills.flatMap(killTargets),
    ...changes.flatMap(changeTargets),
  ];
  return [...Map.groupBy(all, ({ text }) => text)].map(([text, results]) => {
    const [{ limit } = { limit: Number.NaN }] = results;
    // One that could not be measured makes the whole figure one that is not known.
    return targetResult(text, Math.max(...results.map(({ value }) => value)), limit);
  });
}

function againstFfmpeg(senders: readonly SenderOutcome[]): TargetResult[] {
  const [ours, ffmpeg] = (['ours', 'ffmpeg'] as const).map((name) =>
    senders.find(({ sender }) => sender === name),
  );
  if (!ours || !ffmpeg) return [];
  const more = (text: string, value: (outcome: SenderOutcome) => number, limit: number) =>
    targetResult(`more than ffmpeg writing srt:// itself: ${text}`, value(ours) - value(ffmpeg), limit);
  return [
    more('frame in to last byte of its picture, median, ms', ({ delay }) => delay.p50Ms, MORE.medianMs),
    more('frame in to last byte of its picture, p99, ms', ({ delay }) => delay.p99Ms, MORE.p99Ms),
    more('CPU of program and ffmpeg, % of a core', ({ cpuPercent }) => cpuPercent, MORE.cpuPercent),
    more('memory of program and ffmpeg, MiB', ({ residentMib }) => residentMib, MORE.memoryMib),
  ];
}

function lastPictures({ made, received }: StopOutcome): TargetResult {
  return targetResult('stop: pictures that were made and did not arrive', made - received, 0);
}

function outageTargets(outcome: OutageOutcome): TargetResult[] {
  const { name } = outcome;
  return [
    targetResult(`${name}: noticed within, ms`, outcome.noticedMs, NOTICED_MS),
    targetResult(`${name}: connected after its return, ms`, outcome.connectedMs, CONNECTED_MS),
    targetResult(`${name}: age of the first picture, ms`, outcome.firstPictureMs, ONE_GOP_MS),
    targetResult(`${name}: other ffmpeg than before`, Number(!outcome.isSameFfmpeg), 0),
    warned(name, outcome.words),
  ];
}

function killTargets(outcome: KillOutcome): TargetResult[] {
  return [
    targetResult('ffmpeg killed: longest time without a picture, ms', outcome.pauseMs, GOES_ON_MS),
    targetResult('ffmpeg killed: other connection than before', Number(!outcome.isSameConnection), 0),
    targetResult('ffmpeg killed: pictures that went backwards', outcome.backwards, 0),
    warned('ffmpeg killed', outcome.words),
  ];
}

function changeTargets(outcome: ChangeOutcome): TargetResult[] {
  const { name } = outcome;
  return [
    targetResult(`${name}: frames wrong at the decoder`, outcome.wrongFrames, 0),
    targetResult(`${name}: frames wrong at the HLS consumer`, outcome.wrongSegmentFrames, 0),
    targetResult(`${name}: uneven time stamps`, outcome.unevenSteps, 0),
    targetResult(`${name}: latest picture, ms after the median`, outcome.latestMs, PERIOD_MS),
    warned(name, outcome.words),
  ];
}

function warned(name: string, words: string): TargetResult {
  return targetResult(`${name}: warnings of a decoder`, words === '' ? 0 : words.split('\n').length, 0);
}
