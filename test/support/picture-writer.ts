import type { Redis } from 'ioredis';
import { createTestPicture } from '../../src/test-picture/test-picture.ts';
import { SMALL } from './builder.ts';
import { until } from './until.ts';

/** When frame `index` is written, in milliseconds after the start. */
export type Timing = (index: number) => number;

export const constantRate =
  (fps: number): Timing =>
  (index) =>
    (index * 1000) / fps;

/** Each frame late by up to `part` of the period, the same in every run. */
export const jittered =
  (fps: number, part: number): Timing =>
  (index) =>
    ((index + part * (((index * 7919) % 101) / 100)) * 1000) / fps;

/** `size` frames at once, at the mean rate. */
export const bursts =
  (fps: number, size: number): Timing =>
  (index) =>
    (Math.floor(index / size) * size * 1000) / fps;

interface Place {
  readonly stream?: string;
  readonly key?: string;
  /** What a picture is like; small where it is left out. */
  readonly picture?: Parameters<typeof createTestPicture>[0];
  /** The number of the first picture. */
  readonly first?: number;
}

/** Writes numbered test pictures into a stream, as a sensor's software would. */
export class PictureWriter {
  readonly #picture: ReturnType<typeof createTestPicture>;
  readonly #stream: string;
  readonly #key: string;
  #number: number;

  constructor(
    private readonly redis: Redis,
    { stream = 'imagestream', key = 'pixels', picture = SMALL, first = 0 }: Place = {},
  ) {
    this.#picture = createTestPicture(picture);
    this.#stream = stream;
    this.#key = key;
    this.#number = first;
  }

  /** The number of the next picture. */
  get number(): number {
    return this.#number;
  }

  async write(): Promise<string | null> {
    const pixels = Buffer.from(this.#picture.draw(this.#number));
    this.#number += 1;
    return this.redis.xadd(this.#stream, 'MAXLEN', '=', 100, '*', this.#key, pixels);
  }

  /** Writes `count` pictures at their times. */
  async writeAll(count: number, timing: Timing): Promise<void> {
    const startMs = performance.now();
    for (let index = 0; index < count; index += 1) {
      await this.#sleepUntil(startMs + timing(index));
      await this.write();
    }
  }

  /** Writes at a constant rate until the condition holds. */
  async writeUntil(isTrue: () => Promise<boolean>, fps = 24, withinMs = 20_000): Promise<void> {
    const done = new AbortController();
    const condition = until(isTrue, 'end of writing', withinMs).finally(() => done.abort());
    // It may fail while a picture is being written; whoever waits for it below hears of that.
    condition.catch(() => {});
    const startMs = performance.now();
    for (let index = 0; !done.signal.aborted; index += 1) {
      await this.#sleepUntil(startMs + (index * 1000) / fps);
      await this.write();
    }
    await condition;
  }

  /** The pace is what is being made here, not something that is waited for. */
  #sleepUntil(atMs: number): Promise<void> {
    return Bun.sleep(Math.max(0, atMs - performance.now()));
  }
}
