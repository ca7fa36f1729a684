import { expect, test } from 'bun:test';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { systemClock } from '../../../src/base/clock.ts';
import { Timeline } from '../../../src/mpegts/timeline.ts';
import { Hub } from '../../../src/outputs/hub.ts';
import type { OutputReach } from '../../../src/outputs/output.ts';
import { RecordingOutput } from '../../../src/outputs/recorder/recording-output.ts';
import { SegmentFolder } from '../../../src/outputs/recorder/segment-folder.ts';
import type { FeedHow } from '../../../src/outputs/video-feed.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { Folder } from '../../support/folder.ts';
import { decoderWords, output } from '../../support/video.ts';

const RATE = 24;
const PERIOD_TICKS = 90_000 / RATE;
const FRAMES = 240;
const GOP_FRAMES = 24;

/** Video of an ffmpeg with so many frames, each readable at once. */
function encode(tune: string): AsyncIterable<Uint8Array> {
  const source = `-f lavfi -i testsrc2=size=320x240:rate=${RATE} -frames:v ${FRAMES}`;
  const codec = `-c:v libx264 -preset ultrafast -g ${GOP_FRAMES} -pix_fmt yuv420p ${tune}`;
  const args = `-v error ${source} ${codec} -flush_packets 1 -f mpegts pipe:1`.split(' ').filter(Boolean);
  const ffmpeg = Bun.spawn(['ffmpeg', ...args], { stdout: 'pipe', stderr: 'inherit', stdin: 'ignore' });
  return ffmpeg.stdout;
}

async function pictureTicks(path: string): Promise<number[]> {
  const args = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'frame=pts', '-of', 'csv=p=0'];
  const text = new TextDecoder().decode(await output('ffprobe', ...args, path));
  return text.split('\n').filter(Boolean).map(Number.parseFloat);
}

function steps(ticks: readonly number[]): number[] {
  return ticks.slice(1).map((later, index) => later - (ticks[index] ?? 0));
}

test.each(['-tune zerolatency', '-bf 2'])(
  'what is recorded of one ffmpeg after the other plays, each segment by itself and all together (%s)',
  async (tune) => {
    using folder = new Folder();
    let wallMs = Date.UTC(2026, 10, 24, 20, 33);
    const segments = new SegmentFolder({ folder: folder.path, instance: 'images', wallMs: () => wallMs });
    const recorder = new RecordingOutput({
      name: folder.path,
      clock: systemClock,
      emit: () => {},
      folder: segments,
      when: 'always',
      segmentMs: 2_000,
      others: () => [],
      // Each picture a second later, so that each segment has another name.
      wallMs: () => (wallMs += 1_000),
    });
    const parts = { clock: new FakeClock(), timeline: new Timeline(), emit: () => {} };
    const hub = new Hub(parts, [recorder]);
    for (const kind of ['first-of-session', 'goes-on'] as const) {
      const join: FeedHow['join'] = kind === 'goes-on' ? { kind, lostFrames: 0 } : { kind };
      await hub.feed(encode(tune), { join, periodTicks: PERIOD_TICKS, isWarmedUp: false }).ended;
    }
    await hub.close(10_000);

    const names = readdirSync(folder.path).toSorted();
    expect(names.length).toBe(10);
    expect(names.every((name) => /^images-\d{8}T\d{6}Z\.ts$/.test(name))).toBe(true);
    const { counts, recording } = recorder.figures();
    expect(counts).toMatchObject({
      sentPictures: 2 * FRAMES,
      skipped: { away: 0, slow: 0, broken: 0, standby: 0 },
      attempts: 1,
    });
    expect(recording).toMatchObject({ segments: 10, sizeBytes: counts.sentBytes, deletedSegments: 0 });
    const ticks: number[] = [];
    for (const name of names) {
      const path = folder.file(name);
      expect(await decoderWords(path)).toBe('');
      const ofSegment = await pictureTicks(path);
      expect(ofSegment.length).toBe(48);
      ticks.push(...ofSegment);
    }
    expect(steps(ticks)).toEqual(Array<number>(2 * FRAMES - 1).fill(PERIOD_TICKS));
    const all = folder.file('all.mpegts');
    writeFileSync(all, Buffer.concat(names.map((name) => readFileSync(folder.file(name)))));
    expect(await decoderWords(all)).toBe('');
  },
  60_000,
);

test('what is recorded of an outage plays from its begin to its end', async () => {
  using folder = new Folder();
  const segments = new SegmentFolder({ folder: folder.path, instance: 'images', wallMs: Date.now });
  let reach: OutputReach = { kind: 'gets' };
  const recorder = new RecordingOutput({
    name: folder.path,
    clock: systemClock,
    emit: () => {},
    folder: segments,
    when: 'outage',
    segmentMs: 60_000,
    others: () => [reach],
    wallMs: Date.now,
  });
  const hub = new Hub({ clock: systemClock, timeline: new Timeline(), emit: () => {} }, [recorder]);
  let taken = 0;
  async function* watched(): AsyncGenerator<Uint8Array> {
    for await (const bytes of encode('-tune zerolatency')) {
      yield bytes;
      taken += 1;
      if (hub.pictures > FRAMES / 4)
        reach = { kind: 'away', sinceNs: systemClock.nowNs() - 1_000_000_000n, doubt: 'none' };
      if (hub.pictures > FRAMES / 2) reach = { kind: 'gets' };
    }
  }
  const join: FeedHow['join'] = { kind: 'first-of-session' };
  await hub.feed(watched(), { join, periodTicks: PERIOD_TICKS, isWarmedUp: false }).ended;
  await hub.close(10_000);

  expect(taken).toBeGreaterThan(0);
  const { sentPictures, skipped } = recorder.figures().counts;
  expect(sentPictures + skipped.standby).toBe(FRAMES);
  expect(skipped).toMatchObject({ away: 0, slow: 0, broken: 0 });
  const names = readdirSync(folder.path);
  expect(names.length).toBe(1);
  const path = folder.file(names[0] ?? '');
  expect(await decoderWords(path)).toBe('');
  const ticks = await pictureTicks(path);
  expect(ticks.length).toBe(sentPictures);
  expect(sentPictures % GOP_FRAMES).toBe(0);
  expect(steps(ticks)).toEqual(Array<number>(sentPictures - 1).fill(PERIOD_TICKS));
}, 60_000);
