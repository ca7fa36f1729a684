import { targetResult, type TargetResult } from '../targets.ts';
import type { HoldOutcome } from './hold.ts';
import { beyondNoise, type Difference } from './noise.ts';
import type { CostOutcome } from './recorder-cost.ts';
import type { FullOutcome } from './recorder-full.ts';
import type { KillsOutcome } from './recorder-kill.ts';
import type { SilentOutcome } from './silent-track.ts';
import type { StreamHealth } from './stream-health.ts';
import type { TwoOutcome } from './two-outputs.ts';

/** All that was measured; what was left out is empty. */
export interface OutputsOutcomes {
  readonly full: readonly FullOutcome[];
  readonly kills: readonly KillsOutcome[];
  readonly costs: readonly CostOutcome[];
  readonly silent: readonly SilentOutcome[];
  readonly two: readonly TwoOutcome[];
  readonly hold: readonly HoldOutcome[];
}

/** A picture that is missing leaves a pause of two periods. */
const PAUSE_MS = 2_000 / 24;
/** Until a recorder tries again, and until the next keyframe, with a second for all else. */
const AGAIN_MS = 8_000;
const SHORT_S = 1;
const MORE_CPU_PERCENT = 0.5;
const TRACK_KBITS_PER_S = 32;
const LATER_MS = 1;
const LIVE_MS = 1_000;

/** The targets that were measured, in their order. */
export function judgeOutputs({ full, kills, costs, silent, two, hold }: OutputsOutcomes): TargetResult[] {
  return [
    ...full.flatMap(fullTargets),
    ...kills.flatMap(killTargets),
    ...costs.map(({ moreCpu }) =>
      targetResult('recorder: CPU more than without it, % of a core', moreCpu.more, MORE_CPU_PERCENT),
    ),
    ...silent.flatMap(silentTargets),
    ...two.flatMap(twoTargets),
    ...hold.flatMap(holdTargets),
  ];
}

function fullTargets({ stream, peak, quotaBytes, againMs, faults }: FullOutcome): TargetResult[] {
  const name = 'recorder on a full disk';
  const megabytesAbove = (peak.sizeBytes - quotaBytes) / 1e6;
  return [
    ...streamTargets(name, stream),
    targetResult(
      `${name}: above its quota, MB, of one segment at most`,
      megabytesAbove,
      peak.fileBytes / 1e6,
    ),
    targetResult(`${name}: records again once there is room, ms`, againMs, AGAIN_MS),
    targetResult(`${name}: faults of finished segments`, faults.length, 0),
  ];
}

function killTargets({ kills, faults }: KillsOutcome): TargetResult[] {
  const name = `SIGKILL, ${kills.length} times`;
  return [
    targetResult(`${name}: faults of finished segments`, faults.length, 0),
    targetResult(
      `${name}: last segment short by, s`,
      Math.max(...kills.map(({ shortS }) => shortS)),
      SHORT_S,
    ),
    targetResult(
      `${name}: last segments that the next start left`,
      kills.filter(({ isLeft }) => isLeft).length,
      0,
    ),
  ];
}

function silentTargets({ bitsPerS, moreMedianMs, moreP99Ms }: SilentOutcome): TargetResult[] {
  const [kbitsPerS = Number.NaN] = bitsPerS.map((bits) => bits / 1000);
  return [
    targetResult('silent track: bit rate with headers, kbit/s', kbitsPerS, TRACK_KBITS_PER_S),
    later('silent track: video later, median', moreMedianMs),
    later('silent track: video later, p99', moreP99Ms),
  ];
}

function twoTargets({ stream, moreMedianMs, moreP99Ms }: TwoOutcome): TargetResult[] {
  const name = 'the other output in a black hole';
  return [
    ...streamTargets(name, stream),
    later(`${name}: pictures later, median`, moreMedianMs),
    later(`${name}: pictures later, p99`, moreP99Ms),
  ];
}

function holdTargets(outcome: HoldOutcome): TargetResult[] {
  const { silentLines, backLines, isSameFfmpeg, isConsuming, wrongSegmentFrames, consumerWords } = outcome;
  return [
    ...arrivalTargets('hold', outcome.stream),
    targetResult('hold: other ffmpeg than before', Number(!isSameFfmpeg), 0),
    targetResult('hold: lines that no frame comes, beside one', Math.abs(silentLines - 1), 0),
    targetResult('hold: lines that frames are back, beside one', Math.abs(backLines - 1), 0),
    targetResult('hold: HLS consumer that has ended', Number(!isConsuming), 0),
    targetResult('hold: frames wrong at the HLS consumer', wrongSegmentFrames, 0),
    targetResult('hold: warnings of the HLS consumer', linesIn(consumerWords), 0),
    targetResult('hold: live after the first new frame, ms', outcome.live.liveMs, LIVE_MS),
  ];
}

/** That a stream came as if there was nothing. */
function streamTargets(name: string, stream: StreamHealth): TargetResult[] {
  return [
    targetResult(`${name}: late ticks`, stream.lateTicks, 0),
    targetResult(`${name}: longest time without a picture, ms`, stream.longestPauseMs, PAUSE_MS),
    ...arrivalTargets(name, stream),
  ];
}

/** That all of it came, by one connection. */
function arrivalTargets(name: string, stream: StreamHealth): TargetResult[] {
  return [
    targetResult(`${name}: frames wrong at the receiver`, stream.wrongFrames, 0),
    targetResult(`${name}: connections beside the first`, stream.reconnects, 0),
    targetResult(`${name}: warnings of a decoder`, linesIn(stream.words), 0),
  ];
}

/** What is not a matter of chance must be less than a millisecond. */
function later(text: string, more: Difference): TargetResult {
  return targetResult(`${text}, beyond the noise, ms`, beyondNoise(more), LATER_MS);
}

function linesIn(words: string): number {
  return words === '' ? 0 : words.split('\n').length;
}
