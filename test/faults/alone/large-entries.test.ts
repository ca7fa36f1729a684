import { expect, test } from 'bun:test';
import { probe } from '../../support/video.ts';
import { FRAMES_PER_SECOND, startWith, total } from '../hostile-run.ts';

// What has a limit in time that the load of other tests alone would pass runs when they are over.

const LIMIT_MS = 60_000;
/** A busy machine makes some; a reader that gives no way makes one for each tick in three seconds and more. */
const MOST_LATE_TICKS = 24;

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
    await builder.line(words, { withinMs: 30_000 });
    const before = builder.count(/unique/);
    // The one after next is all of frames that came behind the fault.
    await builder.line(/unique/, { nth: before + 2 });
    const seconds = (performance.now() - startMs) / 1000;
    expect(await builder.stop()).toBe(0);
    expect(total(builder, 'late ticks')).toBeLessThanOrEqual(MOST_LATE_TICKS);
    expect(total(builder, 'wrong')).toBe(1);
    const frames = await probe(path, '-show_entries', 'frame=pts_time');
    expect(frames.length).toBeGreaterThan((seconds - 1) * FRAMES_PER_SECOND);
    const lastReport = builder.lines.findLast((line) => /unique/.test(line)) ?? '';
    expect(Number(/unique (\d+)/.exec(lastReport)?.[1])).toBeGreaterThan(FRAMES_PER_SECOND / 4);
  },
  LIMIT_MS,
);
