import { describe, expect, test } from 'bun:test';
import { mkdirSync } from 'node:fs';
import { PictureReceiver } from '../bench/picture-receiver.ts';
import { CosmosTranscoder } from '../support/cosmos-transcoder.ts';
import { freeUdpPort, isUdpPortBound } from '../support/ports.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { analyse } from '../support/video.ts';
import { watchVideo } from '../support/watched-video.ts';

// The real ffmpeg command line of COSMOS's transcoder, with its default of two channels, on the real program.

const LIMIT_MS = 120_000;
/** It has 250 pictures a segment, whatever their rate, which are soon there at this one. */
const RATE_FPS = 60;
const SEGMENT_PICTURES = 250;
const SOURCE_FPS = 24;
/** COSMOS's default is larger, which costs the machine more and shows no more. */
const RENDITION = '640x480@2000k';
/** A second, for a busy machine; microseconds, as ffmpeg has them. */
const LATENCY_US = 1_000_000;
const RECEIVER_LATENCY_MS = 120;
/** The picture is to be live within a second; three on a busy machine. */
const LIVE_MS = 3_000;
/** How much longer than the 5 s of the warning the sensor is silent: the time is what is being made here. */
const MORE_SILENCE_MS = 1_500;

/** It is looked once a second, which a busy machine does a little later. */
const SILENT = /no new frame on imagestream for [5-7] s: repeating the last picture/;
const BACK = /frames on imagestream are back, after ([\d.]+) s without one/;

/** The transcoder where the program calls; in COSMOS a server is in between. */
async function transcoderOf(stage: Stage): Promise<{ transcoder: CosmosTranscoder; address: string }> {
  const folder = stage.file('hls');
  mkdirSync(folder);
  const port = await freeUdpPort();
  const address = `srt://127.0.0.1:${port}`;
  const transcoder = new CosmosTranscoder(
    `${address}?mode=listener&latency=${LATENCY_US}`,
    folder,
    RENDITION,
  );
  await until(async () => isUdpPortBound(port), 'the transcoder');
  return { transcoder, address };
}

describe("COSMOS's transcoder, with its default of two channels", () => {
  test(
    'shows a sensor that is silent for a while and comes back in one session, from the first playlist on',
    async () => {
      await using stage = await Stage.open();
      const { writer } = stage;
      const { address, ...started } = await transcoderOf(stage);
      await using transcoder = started.transcoder;
      await using receiver = await PictureReceiver.start(stage.file('received.ts'), RECEIVER_LATENCY_MS);
      const builder = stage.builder({
        DESTINATION: `${address} ${receiver.address}`,
        AUDIO: 'silent',
        IDLE: 'hold',
        FRAMERATE: `${RATE_FPS}`,
      });
      await builder.line(/connected/);
      await writer.writeUntil(async () => transcoder.segments >= 1, SOURCE_FPS, 60_000);

      await builder.line(SILENT);
      await Bun.sleep(MORE_SILENCE_MS);
      const [firstBack, backMs] = [writer.number, performance.now()];
      const shown = () => receiver.pictures.find(({ number }) => (number ?? -1) >= firstBack);
      await writer.writeUntil(async () => shown() !== undefined, SOURCE_FPS);
      expect((shown()?.atMs ?? Number.NaN) - backMs).toBeLessThan(LIVE_MS);

      // The segment that goes on at this moment, and one that has only pictures of after the silence.
      const { segments } = transcoder;
      await writer.writeUntil(async () => transcoder.segments >= segments + 2, SOURCE_FPS, 60_000);
      const newest = analyse((await transcoder.newest()).numbers);
      expect(newest).toMatchObject({ backwards: 0, unreadable: 0 });
      expect(newest.unique).toBeGreaterThan(SOURCE_FPS);
      expect(transcoder.child.isRunning).toBe(true);
      expect(transcoder.troubles).toEqual([]);

      expect(builder.count(/streaming to/)).toBe(2);
      expect(builder.count(/closing the stream|failed:/)).toBe(0);
      expect(builder.count(SILENT)).toBe(1);
      expect(builder.count(BACK)).toBe(1);
      const silentS = Number(BACK.exec(await builder.line(BACK))?.[1]);
      expect(silentS).toBeGreaterThan(5);
      expect(await builder.stop()).toBe(0);
      expect(await receiver.stop()).toBe('');
      await transcoder.child.exit(LIMIT_MS);
      const all = await watchVideo(transcoder.playlist);
      expect(all.words).toBe('');
      const played = analyse(all.numbers);
      expect(played).toMatchObject({ backwards: 0, unreadable: 0 });
      expect(played.frames).toBeGreaterThan(2 * SEGMENT_PICTURES);
    },
    LIMIT_MS,
  );

  test(
    'refuses a video without sound, which is why there is a silent track',
    async () => {
      await using stage = await Stage.open();
      const { address, ...started } = await transcoderOf(stage);
      await using transcoder = started.transcoder;
      const builder = stage.builder({ DESTINATION: address });
      await builder.line(/connected/);
      await stage.writer.writeUntil(async () => !transcoder.child.isRunning, SOURCE_FPS, 30_000);
      expect(transcoder.child.text).toContain('Unable to map stream at a:0');
      expect(transcoder.segments).toBe(0);
      expect(await builder.stop()).toBe(0);
    },
    LIMIT_MS,
  );
});
