import { expect, test } from 'bun:test';
import { startBuilder } from '../support/builder.ts';
import type { Child } from '../support/child.ts';
import { Folder } from '../support/folder.ts';
import { probe } from '../support/video.ts';
import { HostileRedis, type Fault } from './hostile-redis.ts';

const LIMIT_MS = 60_000;
const FRAMES_PER_SECOND = 24;
/** Half a second is what is promised; a busy machine may take as much five times. */
const STOP_MS = 2_500;
/** A busy machine makes some; a reader that gives no way makes one for each tick in a second or two. */
const MOST_LATE_TICKS = 6;

interface Run extends AsyncDisposable {
  readonly server: HostileRedis;
  readonly builder: Child;
  readonly path: string;
}

/** The program, reading from a server that commits this fault in its second second. */
async function startWith(fault: Fault, settings: Readonly<Record<string, string>> = {}): Promise<Run> {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await HostileRedis.start(fault, FRAMES_PER_SECOND));
  const path = stack.use(new Folder()).file('video.ts');
  const builder = stack.use(
    startBuilder({
      READER: 'direct',
      PORT: `${server.port}`,
      DESTINATION: path,
      STATS_INTERVAL: '1',
      IDLE_TIMEOUT: '0',
      ...settings,
    }),
  );
  return { server, builder, path, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** What one figure of the report lines adds up to. */
function total(builder: Child, figure: string): number {
  const figures = builder.text.matchAll(new RegExp(`${figure} (\\d+)`, 'g'));
  return Array.from(figures).reduce((sum, [, value]) => sum + Number(value), 0);
}

test.concurrent.each([
  [
    'half a million fields',
    { kind: 'fields', amount: 500_000 },
    /has 500000 fields, at most 1000 may stand beside the frame: dropped; check what writes into the stream/,
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
    expect(builder.count(/behind the schedule/)).toBe(0);
    expect(total(builder, 'wrong')).toBe(1);
    const frames = await probe(path, '-show_entries', 'frame=pts_time');
    expect(frames.length).toBeGreaterThan((seconds - 1) * FRAMES_PER_SECOND);
    const lastReport = builder.lines.findLast((line) => /unique/.test(line)) ?? '';
    expect(Number(/unique (\d+)/.exec(lastReport)?.[1])).toBeGreaterThan(FRAMES_PER_SECOND / 2);
  },
  LIMIT_MS,
);

test.concurrent(
  'while a server never stops sending, reports go on and SIGTERM is obeyed at once',
  async () => {
    await using run = await startWith({ kind: 'fields', amount: 999_999_999 });
    const { server, builder } = run;
    await server.child.line(/the fault begins/);
    await builder.line(/unique \d+, dup 2\d/);
    const startMs = performance.now();
    expect(await builder.stop()).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(STOP_MS);
    expect(server.child.count(/the fault is over/)).toBeLessThanOrEqual(1);
  },
  LIMIT_MS,
);
