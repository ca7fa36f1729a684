import { MARKS, type Mark } from '../../config/config.ts';

/** What the marks of a picture tell. */
export interface MarkFacts {
  /** The marks that are wanted. */
  readonly overlay: readonly Mark[];
  /** The name of the stream. */
  readonly name: string;
  /** The time of the frame by its id, since 1970; undefined where ids are no times. */
  readonly frameTimeMs: number | undefined;
  /** The age of the frame at the tick; undefined where ids are no times. */
  readonly ageMs: number | undefined;
  /** For how long no new frame has come. */
  readonly stillMs: number;
}

/** A source of one frame a second does not stand still yet; nobody acts upon a picture within less than this. */
export const STANDSTILL_AFTER_MS = 2000;

/** An age is told in seconds from here on: milliseconds of it help nobody. */
const AGE_IN_SECONDS_FROM_MS = 10_000;

/** The largest time that a `Date` can hold. */
const LARGEST_TIME_MS = 8.64e15;

const UNPRINTABLE = /[^ -~]/gu;

/**
 * The lines of text that are to be written on the picture, in the order of `MARKS`, in printable ASCII. A mark that has
 * nothing to tell, a time that is not known or a source that does not stand still, has no line.
 */
export function markLines(facts: MarkFacts): string[] {
  return MARKS.filter((mark) => facts.overlay.includes(mark))
    .map((mark) => lineOf[mark](facts))
    .filter((line) => line !== undefined);
}

const lineOf: Readonly<Record<Mark, (facts: MarkFacts) => string | undefined>> = {
  time: ({ frameTimeMs }) => (frameTimeMs === undefined ? undefined : timeLine(frameTimeMs)),
  name: ({ name }) => name.replace(UNPRINTABLE, '?'),
  age: ({ ageMs }) => (ageMs === undefined ? undefined : ageLine(Math.round(ageMs))),
  standstill: ({ stillMs }) => (stillMs < STANDSTILL_AFTER_MS ? undefined : standstillLine(stillMs)),
};

/** Undefined for a time that no calendar has: the id was none then. */
function timeLine(frameTimeMs: number): string | undefined {
  if (frameTimeMs > LARGEST_TIME_MS) return undefined;
  return new Date(frameTimeMs).toISOString().replace('T', ' ').replace('Z', ' UTC');
}

/** Below zero where the clock of whoever wrote the frame is ahead of ours. */
function ageLine(ageMs: number): string {
  if (Math.abs(ageMs) < AGE_IN_SECONDS_FROM_MS) return `age ${ageMs} ms`;
  return `age ${(ageMs / 1000).toFixed(1)} s`;
}

function standstillLine(stillMs: number): string {
  const seconds = Math.floor(stillMs / 1000);
  const hours = Math.floor(seconds / 3600);
  const clock = `${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`;
  return `NO NEW FRAME ${hours === 0 ? clock : `${hours}:${clock}`}`;
}

function twoDigits(number: number): string {
  return `${number}`.padStart(2, '0');
}
