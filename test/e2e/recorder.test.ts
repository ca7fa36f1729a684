import { describe, expect, test } from 'bun:test';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { Child } from '../support/child.ts';
import { sizeOf } from '../support/file-size.ts';
import { Folder } from '../support/folder.ts';
import { lastFrameTotals } from '../support/frame-totals.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { analyse, decoderWords } from '../support/video.ts';
import { watchVideo } from '../support/watched-video.ts';
import { LinkStage } from './link-stage.ts';

// What is kept on a disk: always, or while the link is away.

const LIMIT_MS = 120_000;
const GOP_PICTURES = 48;
const SEGMENT = /^imagestream-\d{8}T\d{6}Z\.ts$/;

class Recordings {
  readonly path: string;

  constructor(folder: Folder) {
    this.path = folder.file('recordings');
    mkdirSync(this.path);
  }

  get names(): string[] {
    return readdirSync(this.path).toSorted();
  }

  get finished(): string[] {
    return this.names.filter((name) => SEGMENT.test(name)).map((name) => `${this.path}/${name}`);
  }

  /**
   * Whether one is finished and a good part of the next one written. Right behind the end of one there is no next one, on a slow
   * disk for a while; and of one that has just begun there may be no more than a piece of its first picture.
   */
  get isInNext(): boolean {
    const { names } = this;
    const [last = 0, next = 0] = names.slice(-2).map((name) => sizeOf(`${this.path}/${name}`));
    // For a moment one that is finished has both of its names.
    const isAnother = names.at(-1) !== `${names.at(-2)}.part`;
    return isAnother && names.at(-1)?.endsWith('.part') === true && next > last / 4;
  }

  /** Waits for so many finished segments. */
  async finishes(count: number): Promise<void> {
    await until(async () => this.finished.length >= count, `${count} finished segments`, LIMIT_MS);
  }

  /** The numbers of all pictures, segment by segment, each of which plays by itself without a word of a decoder. */
  async numbers(): Promise<(number | undefined)[]> {
    const numbers = [];
    for (const path of this.finished) {
      const seen = await watchVideo(path);
      expect([path, seen.words]).toEqual([path, '']);
      numbers.push(...seen.numbers);
    }
    return numbers;
  }
}

test(
  'a recorder needs no destination: each segment plays by itself, and all of them together are the whole video',
  async () => {
    await using stage = await Stage.open();
    const recordings = new Recordings(stage.folder);
    const settings = { RECORD: recordings.path, RECORD_SEGMENT: '4', DESTINATION: '' };
    const builder = stage.builder({ ...settings, IDLE_TIMEOUT: '15', LOG_LEVEL: 'debug' });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => recordings.finished.length >= 3, 24, LIMIT_MS);
    expect(await builder.stop()).toBe(0);
    expect(recordings.names.filter((name) => !SEGMENT.test(name))).toEqual([]);
    const numbers = await recordings.numbers();
    const totals = lastFrameTotals(builder.lines);
    // Each picture that was encoded is there, also the last one before the stop.
    expect(numbers.length).toBe(totals.unique + totals.dup);
    const { lost, backwards, unreadable } = analyse(numbers);
    expect([backwards, unreadable]).toEqual([0, 0]);
    expect(lost).toBeLessThanOrEqual(totals.dropped + totals.waiting);
    for (const path of recordings.finished) expect(statSync(path).mode & 0o777).toBe(0o640);
    // One behind the other they are one stream again.
    const all = stage.file('all.ts');
    writeFileSync(
      all,
      Buffer.concat(await Promise.all(recordings.finished.map((path) => Bun.file(path).bytes()))),
    );
    expect(await decoderWords(all)).toBe('');
  },
  LIMIT_MS,
);

describe('in an outage', () => {
  test(
    'what the listener does not get is recorded, from the keyframe before it on, and nothing else',
    async () => {
      using folder = new Folder();
      const recordings = new Recordings(folder);
      await using link = await LinkStage.open({ RECORD: recordings.path, RECORD_WHEN: 'outage' });
      const { proxy } = link;
      const receiver = await link.listener();
      await link.streams();
      await receiver.morePictures(2 * GOP_PICTURES, LIMIT_MS);
      expect(recordings.names).toEqual([]);
      proxy.isForwarding = false;
      await until(async () => recordings.names.length > 0, 'a recording', LIMIT_MS);
      await until(async () => receiver.disconnectedMs.length > 0, 'the end of the connection', LIMIT_MS);
      proxy.isForwarding = true;
      await receiver.connection(2, LIMIT_MS);
      await recordings.finishes(1);
      await receiver.morePictures(GOP_PICTURES, LIMIT_MS);
      expect(recordings.names).toHaveLength(1);
      const { dropped, waiting } = await link.stopped();
      await receiver.stop();
      const [received, recorded] = [(await watchVideo(receiver.path)).numbers, await recordings.numbers()];
      expect(analyse(recorded)).toMatchObject({ backwards: 0, unreadable: 0 });
      // A decoder may conceal the picture that the break has cut.
      const all = [...received, ...recorded].filter((number) => number !== undefined);
      expect(analyse(all.toSorted((a, b) => a - b)).lost).toBeLessThanOrEqual(dropped + waiting);
    },
    LIMIT_MS,
  );
});

test(
  'what is killed leaves finished segments whole, and the last one is finished at the next start',
  async () => {
    await using stage = await Stage.open();
    const recordings = new Recordings(stage.folder);
    const settings = { RECORD: recordings.path, RECORD_SEGMENT: '2', DESTINATION: '' };
    const builder = stage.builder(settings);
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => recordings.isInNext, 24, LIMIT_MS);
    builder.signal('SIGKILL');
    await builder.exit();
    const written = stage.writer.number;
    expect(recordings.names.at(-1)).toEndWith('.ts.part');
    const next: Child = stage.builder(settings);
    await next.line(/finished 1 segment in .* that an earlier run had left/);
    expect(await next.stop()).toBe(0);
    expect(recordings.names.filter((name) => !SEGMENT.test(name))).toEqual([]);
    const last = recordings.finished.at(-1) ?? '';
    const numbers = (await watchVideo(last)).numbers.filter((number) => number !== undefined);
    // At most the last second, and what ffmpeg had not encoded.
    expect(written - (numbers.at(-1) ?? 0)).toBeLessThan(2 * 24);
  },
  LIMIT_MS,
);
