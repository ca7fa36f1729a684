import { percentile } from '../bench/statistics.ts';

/** What the program holds at one moment. */
export interface Sample {
  readonly atMs: number;
  readonly anonymousMib: number;
  readonly descriptors: number;
  readonly threads: number;
  readonly children: number;
}

type Figure = Exclude<keyof Sample, 'atMs'>;

/** How much more there may be in the last quarter than in the second one, and why it is not nothing. */
interface Allowance {
  readonly part: number;
  readonly extra: number;
}

/**
 * Memory: the runtime gives back what it does not need any more when it has nothing better to do, so that a median moves by some
 * megabytes with the faults of that quarter: 2.4 of 42 in five minutes where nothing is lost.
 * Pages of files do not count: there are more with each part of the runtime that is used, and the kernel takes them when it needs them.
 * Descriptors and threads: a quarter has more attempts to connect under way than another, each with a socket and, in libsrt, two threads
 * for a moment. Children: another ffmpeg that is about to take over.
 */
const ALLOWANCES: Readonly<Record<Figure, Allowance>> = {
  anonymousMib: { part: 0.04, extra: 3 },
  descriptors: { part: 0, extra: 3 },
  threads: { part: 0, extra: 4 },
  children: { part: 0, extra: 1 },
};

const FIGURES: readonly Figure[] = ['anonymousMib', 'descriptors', 'threads', 'children'];

/** How one figure went over a run. */
export interface Course {
  readonly figure: Figure;
  /** Medians of the calm before the faults, of the second and the last quarter of them, and of the calm after them. */
  readonly begin: number;
  readonly second: number;
  readonly last: number;
  readonly end: number;
  readonly max: number;
}

/** When what was measured, by the clock of the samples. */
export interface Phases {
  /** The program has warmed up. */
  readonly calmFromMs: number;
  readonly faultsFromMs: number;
  readonly faultsToMs: number;
  readonly calmToMs: number;
}

/** How each figure went. NaN where there was no sample. */
export function coursesOf(samples: readonly Sample[], phases: Phases): Course[] {
  const { calmFromMs, faultsFromMs, faultsToMs, calmToMs } = phases;
  const quarterMs = (faultsToMs - faultsFromMs) / 4;
  const within = (fromMs: number, toMs: number, figure: Figure) =>
    samples.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map((sample) => sample[figure]);
  return FIGURES.map((figure) => ({
    figure,
    begin: percentile(within(calmFromMs, faultsFromMs, figure), 50),
    second: percentile(within(faultsFromMs + quarterMs, faultsFromMs + 2 * quarterMs, figure), 50),
    last: percentile(within(faultsToMs - quarterMs, faultsToMs, figure), 50),
    end: percentile(within(faultsToMs, calmToMs, figure), 50),
    max: percentile(within(calmFromMs, calmToMs, figure), 100),
  }));
}

/**
 * What has grown, in words: over the faults; and, but for memory, which a first fault of each kind takes for good, from one calm to
 * the other.
 */
export function checkGrowth(courses: readonly Course[]): string[] {
  return courses.flatMap(({ figure, begin, second, last, end }) => [
    ...grown(figure, second, last, 'from the second to the last quarter'),
    ...(figure === 'anonymousMib' ? [] : grown(figure, begin, end, 'from the calm before to the calm after')),
  ]);
}

/** Where there is no sample nothing can have been found good. */
function grown(figure: Figure, from: number, to: number, when: string): string[] {
  const { part, extra } = ALLOWANCES[figure];
  return to <= from * (1 + part) + extra
    ? []
    : [`${figure} grew ${when}: from ${from.toFixed(1)} to ${to.toFixed(1)}`];
}
