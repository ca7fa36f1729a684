import { expect } from 'bun:test';
import type { ScaleRun, SentFrame, SimulationResult } from '../support/pacing-simulation.ts';

export const PERIOD_MS = 1_000 / 24;
const TEN_MINUTES_MS = 600_000;
/** A backlog of less than a frame, and the little that a frame may wait to be sure of its tick. */
export const ONE_FRAME_MS = PERIOD_MS + 5;

/** 24 frames a second for ten minutes, the ticks 8 ms after the start. */
export const AT_24: ScaleRun = {
  rate: { numerator: 24n, denominator: 1n },
  trimAfterMs: 2_000,
  phaseMs: 8,
  durationMs: TEN_MINUTES_MS,
};

/** Frames written by the rule, for as long as the run goes on. */
export function writtenBy(rule: (index: number) => number, durationMs = TEN_MINUTES_MS): number[] {
  const times: number[] = [];
  for (let index = 1; rule(index) < durationMs; index += 1) times.push(rule(index));
  return times;
}

/** How many ticks sent no new frame. */
export function repeats({ sent }: SimulationResult): number {
  return sent.filter(({ isNew }) => !isNew).length;
}

/** The age of the new frame that was oldest when it was sent. */
export function largestAgeMs(sent: readonly SentFrame[]): number {
  return sent.filter(({ isNew }) => isNew).reduce((largest, { ageMs }) => Math.max(largest, ageMs), 0);
}

/** Every frame from 1 on was sent once and in order. */
export function expectGapless({ sent }: SimulationResult): void {
  const numbers = sent.filter(({ isNew }) => isNew).map(({ number }) => number);
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
}
