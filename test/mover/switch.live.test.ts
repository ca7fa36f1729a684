import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { droppedFrames, type FrameCounts } from '../../src/base/counts.ts';
import type { Event } from '../../src/base/event.ts';
import { linesOf } from '../../src/encoder/lines.ts';
import { startMover, type EncoderInput, type Mover } from '../../src/mover/mover.ts';
import type { MoverSettings } from '../../src/mover/protocol.ts';
import { PLAIN_LEVELS, rawFormat } from '../support/levels-settings.ts';
import { RedisServer } from '../support/redis-server.ts';
import { until } from '../support/until.ts';
import { fillFrame } from './frame-pattern.ts';

const FRAME_THREAD = join(import.meta.dir, '../../src/frame-thread.ts');
const never = new AbortController().signal;
const SWITCHES = 20;
const LONGEST_WAIT_MS = 100;
const LIMIT_MS = 60_000;
/** A loaded machine holds this program up, or the thread, which makes up for a second of it, and gives up what is more. */
const HELD_UP_S = 1.5;

interface Run {
  readonly sizeBytes: number;
  readonly fps: bigint;
  /** So many frames wait: more than are sent from one switch to the next. */
  readonly backlog: number;
}

const settingsFor = (port: number, { sizeBytes, fps }: Run): MoverSettings => ({
  source: { redis: { host: '127.0.0.1', port, db: 0, tls: false }, stream: 'stream', key: 'pixels' },
  pacing: {
    frameRate: { numerator: fps, denominator: 1n },
    method: 'scale',
    maxDelayMs: 0,
    trimAfterMs: 0,
    idle: 'close',
    idleTimeoutMs: 0,
  },
  levels: PLAIN_LEVELS,
  format: rawFormat(sizeBytes),
});

/** Stands where ffmpeg does, and says which frames have come. */
class Lister {
  readonly lines: string[] = [];
  readonly ended: Promise<unknown>;
  readonly #child: Bun.Subprocess<number, 'pipe', 'inherit'>;

  constructor(input: EncoderInput, sizeBytes: number) {
    const command = [process.execPath, join(import.meta.dir, 'frame-lister.ts'), `${sizeBytes}`];
    this.#child = Bun.spawn(command, { stdio: [input.fd, 'pipe', 'inherit'] });
    input[Symbol.dispose]();
    this.ended = this.#collect();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #collect(): Promise<void> {
    for await (const line of linesOf(this.#child.stdout)) this.lines.push(line);
    await this.#child.exited;
  }
}

/** A session on a stream with a backlog, so that every tick has a frame of its own. */
async function session(run: Run, use: (stage: Stage) => Promise<void>): Promise<void> {
  await using server = await RedisServer.start();
  const redis = server.client();
  const events: Event[] = [];
  await using mover = startMover(FRAME_THREAD, (event) => events.push(event));
  const frame = Buffer.alloc(run.sizeBytes);
  let added = 0;
  const add = (count: number) =>
    Promise.all(
      Array.from({ length: count }, () => {
        fillFrame(frame, added);
        added += 1;
        return redis.xadd('stream', '*', 'pixels', Buffer.from(frame));
      }),
    );
  try {
    await mover.configure(settingsFor(server.port, run));
    await add(1);
    await mover.awaitFrame(never);
    const first = new Lister(mover.openInput(), run.sizeBytes);
    const refill = async (lastSent: number) => {
      expect(lastSent).toBeLessThan(added - 1);
      await add(Math.max(0, lastSent + run.backlog - added));
    };
    const stage = new Stage(mover, events, run, first, refill);
    await until(async () => first.lines.length > 1, 'first ticks');
    await add(run.backlog);
    await use(stage);
  } finally {
    redis.disconnect();
  }
}

class Stage {
  readonly listers: Lister[] = [];
  /** What each switch has said. */
  readonly handed: number[] = [];
  readonly switchedMs: number[] = [];
  /** How many ticks had been given up at each switch. */
  readonly givenUp: number[] = [];
  #ending = new AbortController();
  pump: Promise<unknown> = Promise.resolve();

  constructor(
    readonly mover: Mover,
    private readonly events: readonly Event[],
    private readonly run: Run,
    first: Lister,
    /** Adds frames up to the backlog, where this number is the last one that has come; the frames must not have run out. */
    private readonly refill: (lastSent: number) => Promise<void>,
  ) {
    this.listers.push(first);
    this.go();
  }

  get last(): Lister {
    const last = this.listers.at(-1);
    if (!last) throw new Error('there is none');
    return last;
  }

  go(): void {
    this.#ending = new AbortController();
    this.pump = this.mover.pump(this.#ending.signal);
    // A test looks at it when it is time.
    this.pump.catch(() => {});
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    expect(await this.pump).toBe('stopped');
  }

  /** Another one, that has read the copy of the last picture. */
  async warm(): Promise<Lister> {
    const next = new Lister(this.mover.prepareInput(), this.run.sizeBytes);
    await until(async () => next.lines.length === 1, 'copy');
    return next;
  }

  async switchTo(next: Lister): Promise<void> {
    await this.refill(Number(this.last.lines.at(-1)));
    const { framesBefore } = await this.mover.switchInput();
    this.handed.push(framesBefore);
    this.switchedMs.push(performance.now());
    this.givenUp.push(this.events.reduce((sum, event) => sum + givenUpIn(event), 0));
    this.listers.push(next);
  }

  get scheduleRestarts(): number {
    return this.events.filter(({ kind }) => kind === 'schedule-restarted').length;
  }

  /** Ends the session. @returns what came, without the copies, and what was counted of it */
  async end(): Promise<{ lists: number[][]; copies: string[]; counts: FrameCounts }> {
    await this.stop();
    this.mover.endInput();
    await Promise.all(this.listers.map(({ ended }) => ended));
    const told = this.events.length;
    await until(async () => this.events.slice(told).some(isFrames), 'counts');
    const counts = this.events.findLast(isFrames)?.counts;
    if (!counts) throw new Error('nothing was counted');
    const [first, ...others] = this.listers.map(({ lines }) => lines);
    const lists = [first ?? [], ...others.map((lines) => lines.slice(1))];
    return {
      lists: lists.map((lines) => lines.map(Number)),
      copies: others.map(([copy = '']) => copy),
      counts,
    };
  }
}

const givenUpIn = (event: Event) => (event.kind === 'schedule-restarted' ? event.skippedTicks : 0);
const isFrames = (event: Event) => event.kind === 'frames';
const later = (ms: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

test.each([
  ['240 a second, copied', 'while it pumps', { sizeBytes: 10_000, fps: 240n, backlog: 2_400 }],
  ['240 a second, copied', 'while it does not', { sizeBytes: 10_000, fps: 240n, backlog: 2_400 }],
  ['60 a second, handed over', 'while it pumps', { sizeBytes: 300_000, fps: 60n, backlog: 600 }],
] as const)(
  'of frames at %s, each comes to one reader once and in order, where it is switched %s',
  async (_, when, run) => {
    await session(run, async (stage) => {
      for (let count = 0; count < SWITCHES; count += 1) {
        const next = await stage.warm();
        await later(Math.random() * LONGEST_WAIT_MS);
        if (when === 'while it does not') await stage.stop();
        await stage.switchTo(next);
        if (when === 'while it does not') stage.go();
      }
      await until(async () => stage.last.lines.length > 1, 'frames after the last switch');
      const { lists, copies, counts } = await stage.end();
      const sent = lists.flat();
      const fresh = sent.filter((number, index) => number !== sent[index - 1]);
      expect(fresh).toEqual(fresh.map((__, index) => index));
      expect(stage.handed).toEqual(lists.slice(0, -1).map(({ length }) => length));
      expect(lists.every(({ length }) => length > 0)).toBe(true);
      expect(copies.filter((copy) => copy === 'torn')).toEqual([]);
      expect(counts).toMatchObject({ output: sent.length, unique: fresh.length, lost: 0 });
      // It waited for its tick when the session ended.
      expect(droppedFrames(counts)).toBeLessThanOrEqual(1);
      // However many switches: the ticks between the first one and the last are as many as go into that time.
      const [firstMs = 0, lastMs = 0] = [stage.switchedMs.at(0), stage.switchedMs.at(-1)];
      const sentTicks = stage.handed.slice(1).reduce((sum, count) => sum + count, 0);
      const givenUp = (stage.givenUp.at(-1) ?? 0) - (stage.givenUp.at(0) ?? 0);
      const wantedTicks = ((lastMs - firstMs) * Number(run.fps)) / 1_000;
      expect(Math.abs(sentTicks + givenUp - wantedTicks)).toBeLessThan(Number(run.fps) * HELD_UP_S);
      // Load holds it up for more than a second now and then; a switch that did would do so each time.
      expect(stage.scheduleRestarts).toBeLessThan(SWITCHES / 4);
    });
  },
  LIMIT_MS,
);

test(
  'a reader that is killed is followed by another one in the same session, which goes on with the next frame',
  async () => {
    await session({ sizeBytes: 300_000, fps: 60n, backlog: 600 }, async (stage) => {
      await later(LONGEST_WAIT_MS);
      const [killed] = stage.listers;
      killed?.kill();
      expect(await stage.pump.catch(String)).toContain('ffmpeg takes no more frames');
      const next = await stage.warm();
      await killed?.ended;
      stage.mover.lose({ encodedFrames: killed?.lines.length ?? 0, unnoticedMs: 0 });
      await stage.switchTo(next);
      stage.go();
      await until(async () => next.lines.length > 60, 'frames');
      const { lists, counts } = await stage.end();
      const [before = [], after = []] = lists;
      const neverCame = (stage.handed[0] ?? 0) - before.length;
      expect(neverCame).toBeGreaterThan(0);
      expect(counts.output).toBe(before.length + after.length + neverCame);
      // Each up to the last one was new once, and is lost where nobody got it. So is the one that was under way, which then stands in
      // until there is another: where the ticks begin anew, since it took long, there is one at once.
      expect(counts.unique).toBe((after.at(-1) ?? 0) + 1);
      const neverSeen = counts.unique - new Set([...before, ...after]).size;
      expect([neverSeen, neverSeen + 1]).toContain(counts.lost);
      const fresh = after.filter((number, index) => number !== after[index - 1]);
      expect(fresh).toEqual(fresh.map((_, index) => (fresh[0] ?? 0) + index));
    });
  },
  LIMIT_MS,
);
