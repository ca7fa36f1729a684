import type { Redis } from 'ioredis';
import { SMALL } from '../support/builder.ts';
import { createNoisyPicture } from '../support/noisy-picture.ts';
import { Random } from '../support/random.ts';
import { sensorConnection } from '../support/sensor-connection.ts';
import type { Written } from './accounts.ts';

export const STREAM = 'imagestream';
const KEY = 'pixels';
const RATE_FPS = 24;
/** As many entries as the stream holds, four seconds of them. */
const STREAM_LENGTH = 100;
/** Each frame is late by up to so much of its period. */
const JITTER_PART = 0.5;
/** Pictures that are drawn once and written in turn: two seconds of them, with noise, so that there is something to send. */
const PICTURE_COUNT = 48;
/** A write that is not answered by then is one of which nobody knows whether it was taken. */
const ANSWER_LIMIT_MS = 1_000;
/** After a standstill it goes on from now, as a sensor does: what it should have written meanwhile is not made up for. */
const LONGEST_BEHIND_MS = 200;

/** How frames come: so many at once, at a mean rate. */
export interface Rhythm {
  readonly fps: number;
  readonly atOnce: number;
}

export const STEADY: Rhythm = { fps: RATE_FPS, atOnce: 1 };

/** The software of a sensor, with jitter; it writes on and on, whatever becomes of Redis. */
export class SoakSource implements AsyncDisposable {
  #taken = 0;
  #tried = 0;
  /** Absent while it is silent. */
  #rhythm: Rhythm | undefined = STEADY;
  readonly #pictures: readonly Buffer[];
  readonly #redis: Redis;
  readonly #random: Random;
  readonly #stopped = new AbortController();
  #writing: Promise<void> | undefined;

  constructor(port: number, seed: number) {
    const picture = createNoisyPicture(SMALL);
    this.#pictures = Array.from({ length: PICTURE_COUNT }, (_, number) => Buffer.from(picture.draw(number)));
    this.#random = new Random(seed);
    this.#redis = sensorConnection(port, { commandTimeout: ANSWER_LIMIT_MS });
  }

  get written(): Omit<Written, 'losses'> {
    return { taken: this.#taken, tried: this.#tried };
  }

  start(): void {
    this.#writing ??= this.#write();
  }

  /** @param rhythm absent: it writes nothing until it gets one */
  change(rhythm: Rhythm | undefined): void {
    this.#rhythm = rhythm;
  }

  /** Writes so many entries that are no frames. */
  async writeWrong(count: number, sizeBytes: number): Promise<void> {
    for (let index = 0; index < count; index += 1) await this.#add(Buffer.alloc(sizeBytes));
  }

  /** Resolves when no write is on its way any more. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    this.#redis.disconnect();
    await this.#writing;
  }

  async #write(): Promise<void> {
    let dueMs = performance.now();
    while (!this.#stopped.signal.aborted) {
      const { fps, atOnce } = this.#rhythm ?? STEADY;
      const periodMs = (1000 * atOnce) / fps;
      const jitterMs = this.#random.between(0, JITTER_PART * (1000 / fps));
      // The pace is what is being made here, not something that is waited for.
      await Bun.sleep(Math.max(0, dueMs + jitterMs - performance.now()));
      if (this.#rhythm) await Promise.all(Array.from({ length: atOnce }, () => this.#writePicture()));
      dueMs = Math.max(dueMs + periodMs, performance.now() - LONGEST_BEHIND_MS);
    }
  }

  #writePicture(): Promise<void> {
    return this.#add(this.#pictures[this.#tried % PICTURE_COUNT] ?? Buffer.alloc(0));
  }

  async #add(pixels: Buffer): Promise<void> {
    if (this.#redis.status !== 'ready') return;
    this.#tried += 1;
    try {
      await this.#redis.xadd(STREAM, 'MAXLEN', '=', STREAM_LENGTH, '*', KEY, pixels);
      this.#taken += 1;
    } catch {
      // A sensor does not try the same frame again.
    }
  }
}
