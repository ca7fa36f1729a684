import { expect, test } from 'bun:test';
import { lstatSync, rmSync, writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { PACKET_BYTES } from '../../../src/mpegts/packet.ts';
import { segmentNames } from '../../../src/outputs/recorder/segment-name.ts';
import type { SegmentFolder } from '../../../src/outputs/recorder/segment-folder.ts';
import { Folder } from '../../support/folder.ts';
import { BEGIN_MS, folderAt, namesIn, packets } from './segment-stage.ts';

const LIMIT_MS = 60_000;
const names = segmentNames('imagestream');

/** What can happen to a folder between two segments, and while one is written. Times are seconds from a common begin. */
type Step =
  | {
      readonly kind: 'segment';
      readonly second: number;
      readonly writes: readonly number[];
      readonly end: 'finish' | 'abandon';
    }
  /** The program begins again, after the end of its last segment or in the middle of one. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'killed'; readonly second: number; readonly sizeBytes: number }
  | { readonly kind: 'quota'; readonly packets: number }
  /** Somebody takes a segment away, or puts one back. */
  | { readonly kind: 'taken'; readonly which: number }
  | { readonly kind: 'put'; readonly second: number; readonly packets: number };

// Few of them, so that many collide.
const second = fc.integer({ min: -30, max: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('segment' as const),
      second,
      writes: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 5 }),
      end: fc.constantFrom('finish' as const, 'finish' as const, 'abandon' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('killed' as const), second, sizeBytes: fc.nat(3_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('quota' as const), packets: fc.integer({ min: 1, max: 90 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('taken' as const), which: fc.nat(30) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      second,
      packets: fc.integer({ min: 1, max: 12 }),
    }),
  },
);

/** What should be in the folder: names with their packets, the next to go first. */
class Model {
  segments: { name: string; packets: number }[] = [];
  quotaPackets = 60;

  get sum(): number {
    return this.segments.reduce((sum, segment) => sum + segment.packets, 0);
  }

  freeName(fromSecond: number): string {
    for (let at = fromSecond; ; at += 1) {
      const name = names.at(BEGIN_MS + at * 1_000);
      if (!this.segments.some((segment) => segment.name === name)) return name;
    }
  }

  /** @param open packets of the one that is being written, and of what comes to it */
  makeRoom(open: number): void {
    while (this.segments.length > 0 && this.sum + open > this.quotaPackets) this.segments.shift();
  }

  sort(): void {
    this.segments.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

class Run {
  readonly model = new Model();
  #segments: SegmentFolder;

  constructor(private readonly folder: Folder) {
    this.#segments = this.#opened();
  }

  async take(action: Step): Promise<void> {
    const { model } = this;
    switch (action.kind) {
      case 'segment':
        return this.#segment(action);
      case 'restart':
        return this.#restart(0);
      case 'killed': {
        const name = model.freeName(action.second);
        writeFileSync(this.folder.file(`${name}.part`), packets(20).subarray(0, action.sizeBytes));
        const whole = Math.floor(action.sizeBytes / PACKET_BYTES);
        if (whole > 0) model.segments.push({ name, packets: whole });
        return this.#restart(whole > 0 ? 1 : 0);
      }
      case 'quota':
        model.quotaPackets = action.packets;
        return this.#restart(0);
      case 'taken': {
        const [taken] = model.segments.splice(action.which, 1);
        if (taken) rmSync(this.folder.file(taken.name));
        return undefined;
      }
      case 'put': {
        const name = model.freeName(action.second);
        writeFileSync(this.folder.file(name), packets(action.packets));
        model.segments.push({ name, packets: action.packets });
        // So that it is seen before the next one is put there: those that are new at once are in the order of their names.
        await (await this.#segments.begin(BEGIN_MS)).finish();
        model.makeRoom(0);
      }
    }
  }

  async #segment({ second: begin, writes, end }: Extract<Step, { kind: 'segment' }>): Promise<void> {
    const { model, folder } = this;
    // What has to go is gone before the name is chosen, but its name is not used again yet.
    const name = model.freeName(begin);
    model.makeRoom(0);
    const segment = await this.#segments.begin(BEGIN_MS + begin * 1_000);
    expect(segment.path).toBe(folder.file(`${name}.part`));
    let open = 0;
    for (const count of writes) {
      await segment.write(packets(count));
      open += count;
      model.makeRoom(open);
      this.check(open);
    }
    await segment[end]();
    if (open > 0) model.segments.push({ name, packets: open });
  }

  async #restart(finishedCount: number): Promise<void> {
    this.#segments = this.#opened();
    expect(await this.#segments.recover()).toBe(finishedCount);
    this.model.sort();
  }

  #opened(): SegmentFolder {
    return folderAt(this.folder.path, { quotaBytes: this.model.quotaPackets * PACKET_BYTES });
  }

  /** What is there is what should be there, and no more than may be, but for one that is larger by itself. */
  check(open = 0): void {
    const there = namesIn(this.folder.path).filter((name) => !name.endsWith('.part'));
    expect(there).toEqual(this.model.segments.map(({ name }) => name).toSorted());
    for (const { name, packets: count } of this.model.segments) {
      expect(lstatSync(this.folder.file(name)).size).toBe(count * PACKET_BYTES);
    }
    if (open > 0 && there.length > 0)
      expect(this.model.sum + open).toBeLessThanOrEqual(this.model.quotaPackets);
    if (open > 0) expect(this.#segments.figures?.sizeBytes).toBe((this.model.sum + open) * PACKET_BYTES);
  }
}

test(
  'whatever happens, the oldest go first, by name before the start and in their order since, and the quota is kept',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        using folder = new Folder();
        const run = new Run(folder);
        for (const action of steps) {
          await run.take(action);
          run.check();
        }
      }),
      { numRuns: 120 },
    );
  },
  LIMIT_MS,
);
