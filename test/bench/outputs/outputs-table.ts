import type { Spread } from '../statistics.ts';
import { figure } from '../table.ts';
import type { HoldOutcome } from './hold.ts';
import type { Difference } from './noise.ts';
import type { CostOutcome } from './recorder-cost.ts';
import type { FullOutcome } from './recorder-full.ts';
import type { KillsOutcome } from './recorder-kill.ts';
import type { SilentOutcome } from './silent-track.ts';
import type { StreamHealth } from './stream-health.ts';
import type { TwoOutcome } from './two-outputs.ts';

/** What the lines below say. */
export function outputsHead(): string[] {
  return [
    'delay: from XADD to the last byte of its picture at an SRT listener, median/99th percentile/largest',
    'more: in the median of several windows; +-: noise of the run, twice the standard error of that median',
    'others: CPU of one core that other programs of this machine took meanwhile',
    '',
  ];
}

export function fullLines({ stream, peak, quotaBytes, againMs, ...outcome }: FullOutcome): string[] {
  return [
    `recorder-full: at most ${megabytes(peak.sizeBytes)} of ${megabytes(quotaBytes)} MB in the folder (${peak.looks} looks), ` +
      `a segment at most ${megabytes(peak.fileBytes)} MB; again ${figure(againMs / 1000, 1)} s after there was room; ` +
      `${outcome.segments} segments at the end`,
    healthLine(stream),
    ...below([...outcome.faults, ...outcome.warnings]),
  ];
}

export function killLines({ seed, kills, segments, faults }: KillsOutcome): string[] {
  const shortS = kills.map((kill) => kill.shortS);
  return [
    `recorder-kill: ${kills.length} kills (seed ${seed}), ${segments} finished segments, the last one short by ` +
      `${figure(Math.min(...shortS), 2)}..${figure(Math.max(...shortS), 2)} s`,
    ...below(faults),
  ];
}

export function costLines(outcome: CostOutcome): string[] {
  const { withCpu, withoutCpu, moreCpu, beforeMib, withMib, megabitsPerS, complaints } = outcome;
  return [
    `recorder-cost: CPU without it ${range(withoutCpu)}, with it ${range(withCpu)}, ${more(moreCpu, '% of a core')}; ` +
      `memory ${figure(beforeMib, 0)} MiB before, ${figure(withMib, 0)} with it; ${figure(megabitsPerS, 1)} Mbit/s`,
    ...below(complaints),
  ];
}

export function silentLines({ bitsPerS, delays, moreMedianMs, moreP99Ms }: SilentOutcome): string[] {
  return [
    `silent-track: ${bitsPerS.map((bits) => figure(bits / 1000, 2)).join(', ')} kbit/s; ` +
      `median ${more(moreMedianMs, 'ms')}; p99 ${more(moreP99Ms, 'ms')}`,
    ...delays.flatMap(({ name, pictures, delay, complaints }) => [
      `  ${name}: ${pictures} pictures, delay ${spread(delay)} ms`,
      ...below(complaints),
    ]),
  ];
}

export function twoLines(outcome: TwoOutcome): string[] {
  const { stream, before, during, moreMedianMs, moreP99Ms, swallowed, backMs } = outcome;
  return [
    `two-outputs: median ${more(moreMedianMs, 'ms')}; p99 ${more(moreP99Ms, 'ms')}; ` +
      `${swallowed} packets of the other one in the black hole, its next picture ${figure(backMs, 0)} ms after that`,
    `  before: ${before.pictures} pictures, delay ${spread(before.delay)} ms`,
    `  during: ${during.pictures} pictures, delay ${spread(during.delay)} ms`,
    healthLine(stream),
  ];
}

export function holdLines({ stream, live, heldPictures, ...outcome }: HoldOutcome): string[] {
  return [
    `hold: live ${figure(live.liveMs, 0)} ms after the first new frame, the oldest picture from there on ` +
      `${figure(live.oldestMs, 0)} ms old; ${heldPictures} pictures in the silence`,
    healthLine(stream),
    ...below(outcome.consumerWords === '' ? [] : [outcome.consumerWords]),
  ];
}

function healthLine({ pictures, longestPauseMs, lateTicks, words, othersCpuPercent }: StreamHealth): string {
  const said = words === '' ? '' : `; the decoder says: ${words}`;
  return `  ${pictures} pictures, ${figure(longestPauseMs, 1)} ms without one at most, late ticks ${figure(lateTicks, 0)}, others ${figure(othersCpuPercent, 0)} %${said}`;
}

function more({ more: value, noise }: Difference, unit: string): string {
  return `${figure(value, 2)} +- ${figure(noise, 2)} ${unit} more`;
}

function spread({ p50Ms, p99Ms, maxMs }: Spread): string {
  return [p50Ms, p99Ms, maxMs].map((ms) => figure(ms, 1)).join('/');
}

function range(values: readonly number[]): string {
  return `${figure(Math.min(...values), 2)}..${figure(Math.max(...values), 2)}`;
}

function megabytes(bytes: number): string {
  return figure(bytes / 1e6, 2);
}

function below(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
