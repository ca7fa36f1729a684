import { describe, expect, test } from 'bun:test';
import { PACKET_BYTES, pidOf, startsUnit } from '../../src/mpegts/packet.ts';
import { Child } from '../support/child.ts';
import type { FrameTotals } from '../support/frame-totals.ts';
import { complaintsOf, consumerCommand } from '../support/hls-consumer.ts';
import { SrtReceiver } from '../support/receiver.ts';
import { isUdpPortBound } from '../support/ports.ts';
import type { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { analyse, ptsSteps } from '../support/video.ts';
import { watchVideo } from '../support/watched-video.ts';
import { LinkStage } from './link-stage.ts';

// The link breaks and comes back, ffmpeg dies or is changed: the video goes on. Times are three times what they are to be
// on a quiet machine; `make bench` holds them to the figures themselves.

const LIMIT_MS = 120_000;
/** A link that is dead, and one that is back, is to be noticed within 1.3 s each. */
const NOTICED_MS = 4_000;
const RECONNECTED_MS = 4_000;
/** Pictures are to go on within a second where ffmpeg dies. */
const GOES_ON_MS = 3_000;
/** One second of video, and two of them. */
const RATE_PICTURES = 24;
const GOP_PICTURES = 48;
/** Who comes back begins with the present GOP; with a busy machine the video is behind the source by as much again. */
const OLDEST_PICTURES = 2 * GOP_PICTURES;
/** ffmpeg gives its first stream, our only one, this identifier. */
const VIDEO_PID = 256;
/** What is lost has to come again in time on a busy machine, too: a packet in 400 is lost twice. */
const LOSSY_LATENCY = 'latency=2000';
const FAILED = /the stream to srt:\S+ failed: .*trying again/;
const NARROW = /bears about [\d.]+ of [\d.]+ Mbit\/s: (\w+) COSMOS_VIDEO_BITRATE/;

/** How long a fault goes on: the time is what is being made here, not something that is waited for. */
function lasting(durationMs: number): Promise<void> {
  return Bun.sleep(durationMs);
}

/** How long something takes that is begun now, and waited for. */
async function timed(waiting: Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await waiting;
  return performance.now() - startMs;
}

/** The first so many pictures that were received are those of the totals, each as often as they say, and none got lost. */
function expectAccounted(numbers: readonly (number | undefined)[], totals: FrameTotals): void {
  const { unique, dup, dropped, waiting } = totals;
  const { lost, steps: _, ...rest } = analyse(numbers.slice(0, unique + dup));
  expect(rest).toEqual({ frames: unique + dup, unique, dup, backwards: 0, unreadable: 0 });
  expect(lost).toBeLessThanOrEqual(dropped + waiting);
  expect(totals.lost).toBe(0);
}

/** The numbers of the pictures of a video that decodes without a warning, and in which no number is lower than the one before. */
async function soundNumbers(path: string): Promise<readonly (number | undefined)[]> {
  const { numbers, words } = await watchVideo(path);
  expect(words).toBe('');
  expect(analyse(numbers)).toMatchObject({ backwards: 0, unreadable: 0 });
  return numbers;
}

/**
 * A listener that is back gets its nth connection in time, and pictures over it.
 * @returns the number that the source had reached when it was connected
 */
async function expectConnectedAgain(link: LinkStage, receiver: SrtReceiver, nth: number): Promise<number> {
  expect(await timed(receiver.connection(nth, LIMIT_MS))).toBeLessThan(RECONNECTED_MS);
  const atConnection = link.stage.writer.number;
  await link.builder.line(/streaming to/, { nth: 2 });
  await receiver.morePictures(2 * GOP_PICTURES, LIMIT_MS);
  return atConnection;
}

describe('an SRT listener that is killed and comes back gets the stream of the same ffmpeg again, from a keyframe on', () => {
  test.each([3, 20])(
    'after %d s',
    async (awayS) => {
      await using link = await LinkStage.open();
      const { builder, stage } = link;
      const first = await link.listener('first.ts');
      await link.streams();
      const pid = await link.ffmpegPid();
      await first.kill();
      expect(await timed(builder.line(FAILED))).toBeLessThan(NOTICED_MS);
      await lasting(awayS * 1000);
      const atReturn = stage.writer.number;
      const second = await link.listener('second.ts');
      const atConnection = await expectConnectedAgain(link, second, 1);
      expect(await link.ffmpegPid()).toBe(pid);
      expect(await builder.stop()).toBe(0);
      await second.stop();
      const [begin = Number.NaN] = await soundNumbers(second.path);
      expect(begin).toBeGreaterThanOrEqual(atReturn - OLDEST_PICTURES);
      expect(begin).toBeLessThanOrEqual(atConnection + GOP_PICTURES);
    },
    LIMIT_MS,
  );
});

test(
  'a network that swallows everything for 8 s and is open again breaks the connection, not the video',
  async () => {
    await using link = await LinkStage.open();
    const { builder, proxy, stage } = link;
    const receiver = await link.listener();
    await link.streams();
    const pid = await link.ffmpegPid();
    proxy.isForwarding = false;
    expect(await timed(builder.line(FAILED))).toBeLessThan(NOTICED_MS);
    // The listener takes a peer for dead after 5 s without a word of it, and no other one before.
    await lasting(8000);
    const brokenBytes = receiver.sizeBytes;
    const atReturn = stage.writer.number;
    proxy.isForwarding = true;
    const atConnection = await expectConnectedAgain(link, receiver, 2);
    expect(await link.ffmpegPid()).toBe(pid);
    expect(await builder.stop()).toBe(0);
    await receiver.stop();
    const after = stage.file('after.ts');
    // Handed over as a part of a file, the whole of it would be copied.
    await Bun.write(after, await Bun.file(receiver.path).slice(brokenBytes).bytes());
    const [begin = Number.NaN] = await soundNumbers(after);
    expect(begin).toBeGreaterThanOrEqual(atReturn - OLDEST_PICTURES);
    expect(begin).toBeLessThanOrEqual(atConnection + GOP_PICTURES);
  },
  LIMIT_MS,
);

test(
  'an ffmpeg that is killed leaves the connection as it is, and the next one goes on in the same video',
  async () => {
    await using link = await LinkStage.open();
    const { builder, stage } = link;
    const receiver = await link.listener();
    await link.streams();
    const pid = await link.ffmpegPid();
    process.kill(pid, 'SIGKILL');
    const atDeath = stage.writer.number;
    expect(await timed(receiver.morePictures(RATE_PICTURES, LIMIT_MS))).toBeLessThan(GOES_ON_MS + 1000);
    expect(await link.ffmpegPid()).not.toBe(pid);
    await receiver.morePictures(2 * GOP_PICTURES, LIMIT_MS);
    expect(builder.count(FAILED)).toBe(0);
    expect(builder.count(/streaming to/)).toBe(1);
    expect(receiver.acceptedMs).toHaveLength(1);
    expect(receiver.disconnectedMs).toEqual([]);
    expect(await builder.stop()).toBe(0);
    await receiver.stop();
    const numbers = await soundNumbers(receiver.path);
    expect(numbers.some((number) => (number ?? 0) > atDeath + GOP_PICTURES)).toBe(true);
    expect(Math.min(...(await ptsSteps(receiver.path)))).toBeGreaterThan(0);
  },
  LIMIT_MS,
);

describe('another ffmpeg takes over between two frames: a decoder and an HLS consumer see every frame, and nothing to warn of', () => {
  test.each([
    ['preset', { CODEC_PRESET: 'superfast' }],
    ['ceiling of the bit rate', { BITRATE: '400k' }],
  ])(
    '%s',
    async (_, settings) => {
      await using link = await LinkStage.open();
      const { builder, made, port, run, stage } = link;
      const [recording, playlist] = [stage.file('recording.ts'), stage.file('live.m3u8')];
      await using consumer = new Child(consumerCommand(port, recording, playlist));
      await until(async () => isUdpPortBound(port), 'the SRT listener');
      await link.streams();
      const pid = await link.ffmpegPid();
      await run.reload(settings, /the encoder was changed/);
      const atChange = stage.writer.number;
      await until(
        async () => stage.writer.number > atChange + 2 * GOP_PICTURES,
        'pictures of the other ffmpeg',
      );
      const totals = await link.totals();
      expect(await link.ffmpegPid()).not.toBe(pid);
      expect(builder.count(/streaming to/)).toBe(1);
      expect(await builder.stop()).toBe(0);
      await consumer.exit(LIMIT_MS);
      expect(complaintsOf(consumer)).toEqual([]);
      const { numbers, words } = await watchVideo(recording);
      expect(words).toBe('');
      expectAccounted(numbers, totals);
      // What warms the second one up is shown to nobody.
      expect(numbers).toHaveLength((await made.count(2)) - 1);
      expect(new Set(await ptsSteps(recording))).toEqual(new Set([90_000 / RATE_PICTURES]));
      const segments = await watchVideo(playlist);
      expect(segments.words).toBe('');
      expect(segments.numbers).toEqual([...numbers]);
    },
    LIMIT_MS,
  );
});

test(
  'of a network that loses 5 % of all packets nothing is seen: no picture is lost, and no link is called narrow',
  async () => {
    await using link = await LinkStage.open();
    const { builder, made, proxy } = link;
    const receiver = await link.listener('received.ts', LOSSY_LATENCY);
    proxy.toServer.impair({ lossShare: 0.05, delayMs: 10 });
    proxy.toCaller.impair({ lossShare: 0.05, delayMs: 10 });
    await link.streams();
    await receiver.morePictures(5 * GOP_PICTURES, LIMIT_MS);
    const totals = await link.totals();
    expect(await builder.stop()).toBe(0);
    await receiver.stop();
    expect(proxy.toServer.counts.lost).toBeGreaterThan(10);
    expect(builder.count(NARROW)).toBe(0);
    expect(builder.count(FAILED)).toBe(0);
    const { numbers, words } = await watchVideo(receiver.path);
    expect(words).toBe('');
    expectAccounted(numbers, totals);
    expect(numbers).toHaveLength(await made.count(1));
  },
  LIMIT_MS,
);

test(
  'at the stop the last pictures are all there',
  async () => {
    await using link = await LinkStage.open();
    const { builder, made } = link;
    const receiver = await link.listener();
    await link.streams();
    await receiver.morePictures(GOP_PICTURES, LIMIT_MS);
    expect(await builder.stop()).toBe(0);
    await receiver.stop();
    const { numbers, words } = await watchVideo(receiver.path);
    expect(words).toBe('');
    expect(numbers).toHaveLength(await made.count(1));
  },
  LIMIT_MS,
);

test(
  'who comes back over a link of twice the rate is not flooded with the GOP that it joins: nothing of that is damaged',
  async () => {
    await using link = await LinkStage.open({ BITRATE: '3M' });
    const { proxy, stage } = link;
    let receiver = await link.listener();
    // 100 kB wait for the narrow link at the most, as in a usual router.
    proxy.toServer.impair({ bitsPerS: 6e6, delayMs: 10, queueMs: 133 });
    await link.streamsNoise();
    await receiver.morePictures(GOP_PICTURES, LIMIT_MS);
    // Away for longer than a GOP, it has had no part of the one that it joins; each time it is in another place of that.
    for (const awayMs of [2600, 3000, 3400]) {
      await receiver.kill();
      await lasting(awayMs);
      receiver = await link.listener(`after-${awayMs}.ts`);
      await receiver.morePictures(2 * GOP_PICTURES, LIMIT_MS);
      await receiver.stop();
      await soundNumbers(await withoutLastPicture(receiver.path, stage));
    }
  },
  LIMIT_MS,
);

describe('a link that gets too narrow is said in words, with what can be done', () => {
  test.each([
    ['where there is no ceiling of the bit rate', 'set', {}],
    ['where there is one', 'lower', { BITRATE: '2M' }],
  ])(
    '%s',
    async (_, remedy, settings) => {
      await using link = await LinkStage.open(settings);
      const { builder, proxy } = link;
      const receiver = await link.listener();
      await link.streamsNoise();
      await receiver.morePictures(GOP_PICTURES, LIMIT_MS);
      const bitsPerS = await receivedBitsPerS(receiver);
      proxy.toServer.impair({ bitsPerS: bitsPerS * 0.6, delayMs: 15, queueMs: 400 });
      const line = await builder.line(NARROW, { withinMs: 30_000 });
      expect(NARROW.exec(line)?.[1]).toBe(remedy);
      expect(line).toMatch(/ warn /);
    },
    LIMIT_MS,
  );
});

/** What comes in two seconds and more, by the receiver's bytes. */
async function receivedBitsPerS(receiver: SrtReceiver): Promise<number> {
  const [startMs, startBytes] = [performance.now(), receiver.sizeBytes];
  await receiver.morePictures(GOP_PICTURES, LIMIT_MS);
  return ((receiver.sizeBytes - startBytes) * 8 * 1000) / (performance.now() - startMs);
}

/** A receiver that is stopped while video comes has got only a part of the last picture. @returns the path of a copy */
async function withoutLastPicture(path: string, stage: Stage): Promise<string> {
  const bytes = await Bun.file(path).bytes();
  let end = bytes.length - (bytes.length % PACKET_BYTES);
  do end -= PACKET_BYTES;
  while (end > 0 && !(pidOf(bytes, end) === VIDEO_PID && startsUnit(bytes, end)));
  const copy = stage.file('whole-pictures.ts');
  await Bun.write(copy, bytes.subarray(0, end));
  return copy;
}
