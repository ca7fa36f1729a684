import { expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { systemClock } from '../../src/base/clock.ts';
import { Timeline } from '../../src/mpegts/timeline.ts';
import type { OpenCarrier } from '../../src/outputs/carrier.ts';
import { fileOutput } from '../../src/outputs/file-output.ts';
import { Hub, type Feed } from '../../src/outputs/hub.ts';
import { ReconnectingOutput } from '../../src/outputs/reconnecting-output.ts';
import type { FeedHow } from '../../src/outputs/video-feed.ts';
import { FakeCarrier, linkError } from '../support/fake-carrier.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Folder } from '../support/folder.ts';
import { inPieces } from '../support/in-pieces.ts';
import { until } from '../support/until.ts';
import { decoderWords } from '../support/video.ts';
import { skippedIn } from './stream-stage.ts';

const RATE = 24;
const PERIOD_TICKS = 90_000 / RATE;
const FRAMES = 60;
const GOP_FRAMES = 24;

/** Video of an ffmpeg with so many frames; with one more before them, and a keyframe behind that, where it is warmed up. */
function encode(frames: number, isWarmedUp: boolean, tune: string): AsyncIterable<Uint8Array> {
  const source = `-f lavfi -i testsrc2=size=320x240:rate=${RATE} -frames:v ${isWarmedUp ? frames + 1 : frames}`;
  const codec = `-c:v libx264 -preset ultrafast -g ${GOP_FRAMES} -pix_fmt yuv420p ${tune}`;
  const warm = isWarmedUp ? '-force_key_frames expr:eq(n,1)' : '';
  const args = `-v error ${source} ${codec} ${warm} -f mpegts pipe:1`.split(' ').filter(Boolean);
  const ffmpeg = Bun.spawn(['ffmpeg', ...args], { stdout: 'pipe', stderr: 'inherit', stdin: 'ignore' });
  return inPieces(ffmpeg.stdout);
}

/** From each picture that is shown to the next, in ticks. */
async function steps(path: string): Promise<number[]> {
  const args = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'frame=pts', '-of', 'csv=p=0'];
  const probe = Bun.spawn(['ffprobe', ...args, path], { stdout: 'pipe', stderr: 'inherit' });
  const ticks = (await new Response(probe.stdout).text()).split('\n').filter(Boolean).map(Number.parseFloat);
  return ticks.slice(1).map((later, index) => later - (ticks[index] ?? 0));
}

async function feedOne(hub: Hub, how: Pick<FeedHow, 'join' | 'isWarmedUp'>, tune: string): Promise<Feed> {
  const video = encode(FRAMES, how.isWarmedUp, tune);
  const feed = hub.feed(video, { ...how, periodTicks: PERIOD_TICKS });
  await feed.ended;
  return feed;
}

test.each(['-tune zerolatency', '-bf 2'])(
  'the video of one ffmpeg after the other is one video to a receiver (%s)',
  async (tune) => {
    using folder = new Folder();
    const path = folder.file('out.ts');
    const broken = new FakeCarrier();
    const late = new FakeCarrier();
    const carriers = [broken, late];
    const common = { clock: systemClock, emit: () => {}, settleMs: 0, random: () => 1 };
    const opening = fileOutput({
      destination: { url: path, display: path },
      clock: systemClock,
      onPlace: () => {},
    });
    const opened = Promise.withResolvers<void>();
    const open: OpenCarrier = async (signal) => {
      const carrier = await opening(signal);
      opened.resolve();
      return carrier;
    };
    const file = new ReconnectingOutput({ ...common, name: path, open });
    const link = new ReconnectingOutput({
      ...common,
      name: 'link',
      open: () => {
        const carrier = carriers.shift();
        return carrier ? Promise.resolve(carrier) : Promise.reject(linkError('no more'));
      },
    });
    // No time passes between two encoders, however long this machine takes to start one.
    const hub = new Hub({ clock: new FakeClock(), timeline: new Timeline(), emit: () => {} }, [file, link]);
    // On a busy machine the video could come before the file is open, which would begin with a later keyframe.
    await opened.promise;
    const first = await feedOne(hub, { join: { kind: 'first-of-session' }, isWarmedUp: false }, tune);
    broken.failure = linkError('gone');
    await until(async () => carriers.length === 0, 'second opening');
    const join = { kind: 'goes-on', lostFrames: 0 } as const;
    const second = await feedOne(hub, { join, isWarmedUp: true }, tune);
    await hub.close(10_000);

    expect([first.pictures, second.pictures, hub.pictures]).toEqual([FRAMES, FRAMES, 2 * FRAMES]);
    expect(await decoderWords(path)).toBe('');
    expect(await steps(path)).toEqual(Array<number>(2 * FRAMES - 1).fill(PERIOD_TICKS));
    expect(file.figures().counts).toMatchObject({
      sentPictures: 2 * FRAMES,
      skipped: { away: 0, slow: 0, broken: 0, standby: 0 },
    });

    // The second opening comes in the middle of a GOP that the first has had a part of.
    const latePath = folder.file('late.ts');
    writeFileSync(latePath, late.received);
    expect(await decoderWords(latePath)).toBe('');
    expect((await steps(latePath)).length).toBe(FRAMES - 1);
    const { sentPictures, skipped, attempts } = link.figures().counts;
    expect(sentPictures + skippedIn({ skipped })).toBe(2 * FRAMES);
    expect(attempts).toBe(2);
  },
  60_000,
);
