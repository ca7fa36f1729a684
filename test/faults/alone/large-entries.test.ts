import { expect, test } from 'bun:test';
import { probe } from '../../support/video.ts';
import { waitedForCpuMs } from '../processes.ts';
import { FRAMES_PER_SECOND, startWith, total } from '../hostile-run.ts';

// What has a limit in time that the load of other tests alone would pass runs when they are over.

const LIMIT_MS = 90_000;
/**
 * A reader that gives no way misses each tick in three seconds and more. So does a program that gets no CPU, which is a thing
 * of the machine.
 */
const MOST_MISSED_TICKS = 24;
const GIVEN_UP = /: (\d+) ticks are given up/;
const REPORT = /late ticks (\d+)/;

/** What one figure of these lines adds up to. */
const sum = (lines: readonly string[], figure: RegExp) =>
  lines.reduce((all, line) => all + Number(figure.exec(line)?.[1] ?? 0), 0);

test.each([
  [
    'two million fields',
    { kind: 'fields', amount: 2_000_000 },
    /has 2000000 fields, at most 1000 may stand beside the frame: dropped; check what writes into the stream/,
  ],
  ['a value of 1 GiB', { kind: 'value', amount: 2 ** 30 }, /has 1073741824 bytes in pixels/],
] as const)(
  'an entry with %s is passed over, and holds up no tick',
  async (_, fault, words) => {
    await using run = await startWith(fault);
    const { builder, path } = run;
    await builder.line(/streaming to/);
    const startMs = performance.now();
    const waitedMs = waitedForCpuMs(builder.pid);
    await builder.line(words, { withinMs: 30_000 });
    // The two after the next one are all of frames that came behind the entry.
    await builder.line(REPORT, { nth: builder.count(REPORT) + 3 });
    const byLoad = ((waitedForCpuMs(builder.pid) - waitedMs) / 1000) * FRAMES_PER_SECOND;
    const seconds = (performance.now() - startMs) / 1000;
    expect(await builder.stop()).toBe(0);
    const { lines } = builder;
    expect(sum(lines, REPORT) + sum(lines, GIVEN_UP)).toBeLessThanOrEqual(MOST_MISSED_TICKS + byLoad);
    expect(total(builder, 'wrong')).toBe(1);
    const frames = await probe(path, '-show_entries', 'frame=pts_time');
    // The last ones may be due and not yet sent.
    expect(frames.length + sum(lines, GIVEN_UP)).toBeGreaterThan((seconds - 2) * FRAMES_PER_SECOND);
    const behind = lines.filter((line) => REPORT.test(line)).slice(-2);
    expect(sum(behind, /unique (\d+)/)).toBeGreaterThan(FRAMES_PER_SECOND / 4);
  },
  LIMIT_MS,
);
