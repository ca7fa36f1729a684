import { expect, test } from 'bun:test';
import type { Outcome } from './compare.ts';
import type { State } from './contender.ts';
import { medianCost, type Cost } from './cost.ts';
import { frameBytes } from './ffmpeg-process.ts';
import { levelsTableHead, levelsTableRows, startLines } from './levels-table.ts';
import { judgeLevels } from './levels-targets.ts';
import { ULTRAFAST, UNENCODED, VERYFAST } from './measures.ts';

const NO_COST: Cost = {
  seconds: 10,
  frames: 240,
  bothMs: 0,
  programMs: 0,
  ffmpegMs: 0,
  programSwitches: 0,
  ffmpegSwitches: 0,
  redisMs: 0,
  sourceMs: 0,
  residentMib: 50,
  peakMib: 60,
  othersCpuPercent: 0,
};

/** What ffmpeg is started with for frames of this format, as far as it matters. */
function command(format: string): string[] {
  return ['ffmpeg', '-pixel_format', format, '-video_size', '1920x1080'];
}

/** One that took so much CPU a frame, window by window. */
function outcome(name: string, state: State, ...bothMs: number[]): Outcome {
  const windows = bothMs.map((ms) => ({ ...NO_COST, bothMs: ms }));
  return { name, state, windows, median: medianCost(windows), complaints: [] };
}

test('the state now is held to that before by the medians of their windows', () => {
  const outcomes = [
    outcome(ULTRAFAST.name, 'before', 10, 30, 12),
    outcome(ULTRAFAST.name, 'after', 6, 40, 9),
    outcome(VERYFAST.name, 'before', 20),
    outcome(VERYFAST.name, 'after', 18),
  ];
  const [ultrafast, veryfast, memory, ...others] = judgeLevels(outcomes, undefined);
  expect(ultrafast).toMatchObject({ value: 0.75, limit: 0.72, isReached: false });
  expect(veryfast).toMatchObject({ value: 0.9, isReached: false });
  expect(memory).toMatchObject({ value: 50, isReached: true });
  expect(others).toEqual([]);
});

test('without a state before, only what is absolute is judged', () => {
  const targets = judgeLevels(
    [outcome(ULTRAFAST.name, 'after', 9), outcome(UNENCODED.name, 'after', 2.5)],
    undefined,
  );
  expect(targets.map(({ value, limit, isReached }) => ({ value, limit, isReached }))).toEqual([
    { value: 2.5, limit: 2.8, isReached: true },
    { value: 2.5, limit: 2.3, isReached: false },
    { value: 50, limit: 62, isReached: true },
  ]);
  expect(judgeLevels([], undefined)).toEqual([]);
});

test('one start in ten that spins is seen', () => {
  const even = Array.from({ length: 9 }, () => 2.5);
  expect(judgeLevels([], outcome('starts', 'after', ...even, 2.6))).toMatchObject([{ isReached: true }]);
  expect(judgeLevels([], outcome('starts', 'after', ...even, 12))).toMatchObject([
    { value: 4.8, isReached: false },
  ]);
});

test('the size of a frame is what ffmpeg was told, mapped or not', () => {
  expect(frameBytes(command('gray16be'))).toBe(4_147_200);
  expect(frameBytes(command('yuv420p'))).toBe(3_110_400);
  expect(() => frameBytes(command('rgb24'))).toThrow('rgb24');
  expect(() => frameBytes(['ffmpeg'])).toThrow();
});

test('a row shows the median, the range and the complaints; each start has a line', () => {
  const measured = { ...outcome('run', 'after', 3, 2, 7), complaints: ['something'] };
  const [row = '', ...below] = levelsTableRows(measured);
  expect(row).toMatch(/^run after +3 +3\.00 +2\.00\.\.7\.00 /);
  expect(row).toHaveLength(levelsTableHead().at(-1)?.length ?? 0);
  expect(below).toEqual(['  something']);
  expect(startLines(measured)).toHaveLength(3);
});
