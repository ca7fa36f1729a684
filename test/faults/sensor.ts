import type { Redis } from 'ioredis';
import { createTestPicture } from '../../src/test-picture/test-picture.ts';
import { SMALL } from '../support/builder.ts';
import { sensorConnection } from '../support/sensor-connection.ts';
import { until } from '../support/until.ts';

const RATE_FPS = 24;
/** As many entries as the stream holds, about four seconds of them. */
const USUAL_LENGTH = 100;
/** Pictures that are drawn once and written in turn: what they show does not matter here. */
const PICTURE_COUNT = 4;

/** What a frame looks like. */
type Picture = Parameters<typeof createTestPicture>[0];

const SMALL_PICTURES = drawn(SMALL);

export interface SensorOptions {
  /** Small ones where it is left out. */
  readonly picture?: Picture;
  /** As many entries as the stream is to hold. */
  readonly length?: number;
  /** The id of the next entry; Redis takes its clock's without. */
  readonly nextId?: () => string;
}

/** The software of a sensor: it writes on and on, whatever becomes of Redis; a frame that is not taken is gone. */
export class Sensor implements AsyncDisposable {
  /** Entries that Redis has taken. */
  written = 0;
  /** Those too of which nobody knows whether Redis has taken them. */
  tried = 0;
  readonly #redis: Redis;
  readonly #stopped = new AbortController();
  readonly #pictures: readonly Buffer[];
  #writing: Promise<void> | undefined;
  #isPaused = false;

  constructor(
    port: number,
    private readonly options: SensorOptions = {},
  ) {
    this.#pictures = options.picture ? drawn(options.picture) : SMALL_PICTURES;
    this.#redis = sensorConnection(port);
  }

  /** Waits until Redis has let it in. */
  async connected(): Promise<void> {
    await until(async () => this.#redis.status === 'ready', 'connection of the sensor');
    await this.#redis.ping();
  }

  /** Writes at a constant rate until it is stopped. */
  start(): void {
    this.#writing ??= this.#write();
  }

  /** Writes nothing until it is told to go on. */
  pause(): void {
    this.#isPaused = true;
  }

  goOn(): void {
    this.#isPaused = false;
  }

  /**
   * Deletes the stream, as software does that begins again: on its own connection, so that an entry that is still on its
   * way, with an id of before, goes with the stream and does not come first in the new one.
   */
  async startOver(): Promise<void> {
    await this.#redis.del('imagestream');
  }

  /** Resolves when no write is on its way any more. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#writing;
  }

  /** Writes these values as an entry each, all at once. */
  async burst(values: readonly string[], field = 'pixels'): Promise<void> {
    const pipeline = this.#redis.pipeline();
    for (const value of values) pipeline.xadd('imagestream', '*', field, value);
    this.tried += values.length;
    await pipeline.exec();
    this.written += values.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    this.#redis.disconnect();
    await this.#writing;
  }

  async #write(): Promise<void> {
    const startMs = performance.now();
    for (let index = 0; !this.#stopped.signal.aborted; index += 1) {
      // The pace is what is being made here, not something that is waited for.
      await Bun.sleep(Math.max(0, startMs + (index * 1000) / RATE_FPS - performance.now()));
      await this.#writeFrame();
    }
  }

  async #writeFrame(): Promise<void> {
    const picture = this.#pictures[this.tried % PICTURE_COUNT] ?? '';
    const { length = USUAL_LENGTH, nextId = () => '*' } = this.options;
    if (this.#isPaused || this.#redis.status !== 'ready') return;
    this.tried += 1;
    try {
      await this.#redis.xadd('imagestream', 'MAXLEN', '=', length, nextId(), 'pixels', picture);
      this.written += 1;
    } catch {
      // This is its fault to have, not the test's: the next frame is tried as if nothing had been.
    }
  }
}

function drawn(picture: Picture): readonly Buffer[] {
  const pictures = createTestPicture(picture);
  return Array.from({ length: PICTURE_COUNT }, (_, number) => Buffer.from(pictures.draw(number)));
}
