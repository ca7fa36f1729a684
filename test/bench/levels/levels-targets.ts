import { targetResult, type TargetResult } from '../targets.ts';
import type { Outcome } from './compare.ts';
import { ULTRAFAST, UNENCODED, UNENCODED_LARGE, VERYFAST, type Measure } from './measures.ts';

/** What is resident counts in all of these. */
const FULL: readonly Measure[] = [ULTRAFAST, VERYFAST, UNENCODED];
const MOST_RESIDENT_MIB = 62;

/** CPU of all processes a frame, at most this part of what it was. */
const PARTS: readonly { readonly measure: Measure; readonly limit: number }[] = [
  { measure: ULTRAFAST, limit: 0.72 },
  { measure: VERYFAST, limit: 0.87 },
  { measure: UNENCODED_LARGE, limit: 0.7 },
];

/** Beside encoding: what is to be reached, then what is to be reached next. */
const UNENCODED_MS = [2.8, 2.3] as const;

/** A start that spins on the pipe's mutex takes 12 ms and more a frame where others take 3. */
const START_LIMIT = 1.5;

/** The targets that were measured, in their order. */
export function judgeLevels(outcomes: readonly Outcome[], starts: Outcome | undefined): TargetResult[] {
  const find = (name: string, state: Outcome['state']) =>
    outcomes.find((each) => each.name === name && each.state === state);
  const parts = PARTS.flatMap(({ measure: { name }, limit }) => {
    const before = find(name, 'before');
    const after = find(name, 'after');
    if (!before || !after) return [];
    const part = after.median.bothMs / before.median.bothMs;
    return [targetResult(`${name}: CPU a frame, times that of before`, part, limit)];
  });
  const unencoded = find(UNENCODED.name, 'after');
  const beside = unencoded
    ? UNENCODED_MS.map((limit) =>
        targetResult(`${UNENCODED.name}: CPU a frame beside encoding, ms`, unencoded.median.bothMs, limit),
      )
    : [];
  return [...parts, ...beside, ...memory(FULL.map(({ name }) => find(name, 'after'))), ...spinning(starts)];
}

function memory(outcomes: readonly (Outcome | undefined)[]): TargetResult[] {
  const residentMib = outcomes.flatMap((each) => each?.windows.map((window) => window.residentMib) ?? []);
  if (residentMib.length === 0) return [];
  const text = `${ULTRAFAST.size.name}: resident, most, MiB`;
  return [targetResult(text, Math.max(...residentMib), MOST_RESIDENT_MIB)];
}

function spinning(starts: Outcome | undefined): TargetResult[] {
  if (!starts) return [];
  const most = Math.max(...starts.windows.map(({ bothMs }) => bothMs));
  const text = `${starts.name}: the dearest one's CPU a frame, times the median`;
  return [targetResult(text, most / starts.median.bothMs, START_LIMIT)];
}
