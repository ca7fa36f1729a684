import { expect, test } from 'bun:test';
import { Folder } from '../support/folder.ts';
import { output } from '../support/video.ts';
import {
  byFfmpeg,
  byGstreamer,
  delivered,
  FIRST,
  FRAMES,
  GOES_ON,
  PERIODS,
  received,
  segmented,
} from './live-streams.ts';
import { joined } from './made-packets.ts';

test('two streams by GStreamer are one video for ffmpeg', async () => {
  using folder = new Folder();
  const bytes = await byGstreamer(folder.file('gstreamer.ts'));
  const runs = [
    { bytes, join: FIRST },
    { bytes, join: GOES_ON },
  ];
  const joint = delivered(runs, PERIODS['24']);
  const video = await received(folder, joint);
  expect(video.complaints).toBe('');
  expect(video.frames).toBe(2 * FRAMES);
  // Its times are cut off to whole ticks, not rounded.
  const steps = video.ptsTicks.slice(1).map((ticks, index) => ticks - (video.ptsTicks[index] ?? NaN));
  expect(steps.every((step) => Math.abs(step - PERIODS['24']) <= 2)).toBe(true);
  expect((await segmented(folder, joint)).complaints).toBe('');
});

test('two streams by ffmpeg are one video for GStreamer', async () => {
  using folder = new Folder();
  const bytes = await byFfmpeg('24', 'B-frames');
  const runs = [
    { bytes, join: FIRST },
    { bytes, join: GOES_ON },
  ];
  const video = await demuxed(folder.file('one.ts'), delivered(runs, PERIODS['24']));
  expect(video).toEqual({ frames: 2 * FRAMES, complaints: [] });
  // Without what is done here it complains.
  const { complaints } = await demuxed(folder.file('two.ts'), joined([bytes, bytes]));
  expect(complaints).not.toEqual([]);
});

/** What GStreamer's demultiplexer and parser make of a stream. */
async function demuxed(path: string, bytes: Uint8Array) {
  await Bun.write(path, bytes);
  const parse = [
    'tsdemux',
    '!',
    'h264parse',
    '!',
    'video/x-h264,alignment=au',
    '!',
    'fakesink',
    'silent=false',
  ];
  // Warnings of all but the source, which has one in any case.
  const settings = 'GST_DEBUG_NO_COLOR=1 GST_DEBUG=2,basesrc:1';
  const command = ['gst-launch-1.0', '-v', 'filesrc', `location=${path}`, '!', ...parse];
  const words = await output('sh', '-c', `${settings} exec "$@" 2>&1`, 'sh', ...command);
  const lines = new TextDecoder().decode(words).split('\n');
  return {
    frames: lines.filter((line) => line.includes('last-message = chain')).length,
    complaints: lines.filter((line) => /\b(WARN|ERROR)\b/.test(line)),
  };
}
