import { Random } from '../support/random.ts';
import { areaOf, type Area, type Fault, type FaultKind, type LinkName } from './faults.ts';
import { drawChange } from './settings-change.ts';

/** A fault with its time, in milliseconds from the begin of the faults. */
export interface PlannedFault {
  readonly fault: Fault;
  readonly beginMs: number;
  readonly endMs: number;
}

interface Course {
  readonly shortestMs: number;
  readonly longestMs: number;
  readonly draw: (random: Random) => Fault;
}

/** More at once would leave too little time in which the program is seen to have come back from one. */
export const MOST_AT_ONCE = 3;
/** From the begin of one fault to the next, at the least and at the most. */
const GAP_MS = { low: 1_500, high: 9_000 } as const;
/** An area is left alone after a fault: some of the time it has come back by then, some of the time it has not. */
const REST_MS = { low: 500, high: 8_000 } as const;

const AT_ONCE = { shortestMs: 0, longestMs: 0 } as const;
const drawLink = (random: Random): LinkName => random.oneOf<LinkName>(['first', 'second']);

/** How long each kind of fault lasts, and what it is like. */
const COURSES: Readonly<Record<FaultKind, Course>> = {
  'redis stopped': { shortestMs: 500, longestMs: 12_000, draw: () => ({ kind: 'redis stopped' }) },
  'redis killed': { shortestMs: 200, longestMs: 8_000, draw: () => ({ kind: 'redis killed' }) },
  'stream deleted': { ...AT_ONCE, draw: () => ({ kind: 'stream deleted' }) },
  'wrong entries': {
    ...AT_ONCE,
    draw: (random) => ({
      kind: 'wrong entries',
      count: random.whole(1, 20),
      sizeBytes: random.whole(0, 400_000),
    }),
  },
  'ffmpeg killed': { ...AT_ONCE, draw: () => ({ kind: 'ffmpeg killed' }) },
  'ffmpeg stopped': { shortestMs: 300, longestMs: 13_000, draw: () => ({ kind: 'ffmpeg stopped' }) },
  'link black-holed': {
    shortestMs: 300,
    longestMs: 20_000,
    draw: (random) => ({ kind: 'link black-holed', link: drawLink(random) }),
  },
  'link narrowed': {
    shortestMs: 3_000,
    longestMs: 15_000,
    draw: (random) => ({
      kind: 'link narrowed',
      link: drawLink(random),
      bitsPerS: random.whole(200_000, 1_500_000),
    }),
  },
  'link lossy': {
    shortestMs: 3_000,
    longestMs: 15_000,
    draw: (random) => ({
      kind: 'link lossy',
      link: drawLink(random),
      lossShare: random.whole(1, 30) / 100,
      delayMs: random.whole(0, 80),
    }),
  },
  'listener killed': { shortestMs: 200, longestMs: 15_000, draw: () => ({ kind: 'listener killed' }) },
  'disk filled': {
    shortestMs: 2_000,
    longestMs: 15_000,
    draw: (random) => ({
      kind: 'disk filled',
      leftBytes: random.oneOf([0, 65_536, 1_000_000]),
      isGreedy: random.oneOf([true, false]),
    }),
  },
  'folder gone': { shortestMs: 500, longestMs: 15_000, draw: () => ({ kind: 'folder gone' }) },
  settings: {
    shortestMs: 300,
    longestMs: 15_000,
    draw: (random) => ({ kind: 'settings', change: drawChange(random) }),
  },
  'sensor silent': { shortestMs: 500, longestMs: 20_000, draw: () => ({ kind: 'sensor silent' }) },
  'sensor in bursts': {
    shortestMs: 3_000,
    longestMs: 15_000,
    draw: (random) => ({ kind: 'sensor in bursts', frames: random.whole(2, 24) }),
  },
  'sensor fast': {
    shortestMs: 2_000,
    longestMs: 10_000,
    draw: (random) => ({ kind: 'sensor fast', fps: random.whole(30, 60) }),
  },
};

/** All of them, in the order in which they are listed. */
export const FAULT_KINDS = Object.keys(COURSES).filter((kind): kind is FaultKind => kind in COURSES);

/**
 * Faults by chance, the same with the same seed, in the order of their begins. Every kind comes before one comes a second time, as
 * far as there is time.
 * @param kinds those that may come
 */
export function planFaults(seed: number, durationMs: number, kinds = FAULT_KINDS): PlannedFault[] {
  const random = new Random(seed);
  const freeAtMs = new Map<Area, number>();
  const plan: PlannedFault[] = [];
  let bag: FaultKind[] = [];
  let nowMs = 0;
  while (nowMs < durationMs && kinds.length > 0) {
    if (bag.length === 0) bag = random.shuffled(kinds);
    const fault = isCrowded(plan, nowMs) ? undefined : take(bag, random, freeAtMs, nowMs);
    if (fault) {
      const { shortestMs, longestMs } = COURSES[fault.kind];
      const endMs = Math.min(durationMs, nowMs + Math.round(random.between(shortestMs, longestMs)));
      plan.push({ fault, beginMs: nowMs, endMs });
      freeAtMs.set(areaOf(fault), endMs + random.between(REST_MS.low, REST_MS.high));
    }
    nowMs += Math.round(random.between(GAP_MS.low, GAP_MS.high));
  }
  return plan;
}

function isCrowded(plan: readonly PlannedFault[], nowMs: number): boolean {
  return plan.filter(({ endMs }) => endMs >= nowMs).length >= MOST_AT_ONCE;
}

/** Takes the first kind out of the bag whose area is free. */
function take(
  bag: FaultKind[],
  random: Random,
  freeAtMs: ReadonlyMap<Area, number>,
  nowMs: number,
): Fault | undefined {
  for (const [index, kind] of bag.entries()) {
    const fault = COURSES[kind].draw(random);
    if ((freeAtMs.get(areaOf(fault)) ?? 0) > nowMs) continue;
    bag.splice(index, 1);
    return fault;
  }
  return undefined;
}
