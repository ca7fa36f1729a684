import { describe, expect, test } from 'bun:test';
import type { Variables } from '../../src/config/setting-reader.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { planInWords, reachOf, unmarkedInWords, type Reach } from '../../src/service/plan.ts';

function planWith(variables: Variables = {}) {
  const { config } = parseConfig({ COSMOS_VIDEO_DESTINATION: 'out.ts', ...variables }, {});
  return { config, format: { ...config.format, sizeBytes: 1 } };
}

describe('the line of the plan says the levels', () => {
  test.each<readonly [Variables, string]>([
    [{}, ' by scale, levels full, H.264 '],
    [{ COSMOS_VIDEO_LEVELS: '512..3800' }, ' levels 512..3800, '],
    [{ COSMOS_VIDEO_LEVELS: '2%..40%', COSMOS_VIDEO_GAMMA: '1.5' }, ' levels 2%..40% gamma 1.5, '],
    [{ COSMOS_VIDEO_LEVELS: 'auto', COSMOS_VIDEO_PALETTE: 'iron' }, ' levels auto:0.5..99.5 iron, '],
    [{ COSMOS_VIDEO_LEVELS: 'equalise' }, ' levels equalise, '],
  ])('with %p', (variables, words) => {
    expect(planInWords(planWith(variables))).toContain(words);
  });

  test('where they are not those of a colour format', () => {
    expect(planInWords(planWith({ COSMOS_VIDEO_FORMAT: 'rgb24' }))).not.toContain('levels');
  });
});

describe('that marks cannot be written', () => {
  test('is said where that is so, also of the default one', () => {
    expect(unmarkedInWords(planWith({ COSMOS_VIDEO_FORMAT: 'bayer_rggb8' }))).toBe(
      'nothing can be written on pictures of bayer_rggb8, also not that no new frame comes: ' +
        'set COSMOS_VIDEO_OVERLAY=none, or another COSMOS_VIDEO_FORMAT if the sensor has one',
    );
  });

  test.each<Variables>([
    {},
    { COSMOS_VIDEO_FORMAT: 'rgb24', COSMOS_VIDEO_OVERLAY: 'time' },
    { COSMOS_VIDEO_FORMAT: 'bayer_rggb8', COSMOS_VIDEO_OVERLAY: 'none' },
  ])('is not said with %p', (variables) => {
    expect(unmarkedInWords(planWith(variables))).toBeUndefined();
  });
});

test.each<Variables>([
  { COSMOS_VIDEO_LEVELS: 'auto' },
  { COSMOS_VIDEO_GAMMA: '2' },
  { COSMOS_VIDEO_PALETTE: 'inferno' },
  { COSMOS_VIDEO_OVERLAY: 'time' },
])('a change to %p leaves the session alone', (variables) => {
  expect(reachOf(planWith().config, planWith(variables).config, () => true)).toBe('frames');
});

test.each<readonly [Variables, Reach, Reach]>([
  [{ COSMOS_VIDEO_CODEC_PRESET: 'ultrafast' }, 'encoder', 'session'],
  [{ COSMOS_VIDEO_TUNE: 'film', COSMOS_VIDEO_GAMMA: '2' }, 'encoder', 'session'],
  [{ COSMOS_VIDEO_BITRATE: '2M', COSMOS_VIDEO_FRAMERATE: '30' }, 'session', 'session'],
  [{ COSMOS_VIDEO_SERVICE_NAME: 'camera 1' }, 'encoder', 'session'],
  [{ COSMOS_VIDEO_DESTINATION: 'other.ts' }, 'outputs', 'session'],
  [
    { COSMOS_VIDEO_DESTINATION: 'out.ts srt://video.example:9000', COSMOS_VIDEO_GAMMA: '2' },
    'outputs',
    'session',
  ],
  [{ COSMOS_VIDEO_RECORD: 'recordings' }, 'outputs', 'session'],
  [{ COSMOS_VIDEO_KEYFRAME_INTERVAL: '4', COSMOS_VIDEO_DESTINATION: 'other.ts' }, 'encoder', 'session'],
  [{ COSMOS_VIDEO_AUDIO: 'silent' }, 'session', 'session'],
  [{ COSMOS_VIDEO_IDLE: 'hold' }, 'frames', 'frames'],
])(
  'a change to %p reaches as far as the %s where the outputs are ours, else the %s',
  (variables, ours, others) => {
    const [before, after] = [planWith().config, planWith(variables).config];
    expect(reachOf(before, after, () => true)).toBe(ours);
    expect(reachOf(before, after, () => false)).toBe(others);
  },
);

test('where the video comes to us only before or only after a change of the outputs, the session ends', () => {
  const [before, after] = [planWith().config, planWith({ COSMOS_VIDEO_DESTINATION: 'other.ts' }).config];
  expect(reachOf(before, after, (output) => output === before.output)).toBe('session');
  expect(reachOf(before, after, (output) => output === after.output)).toBe('session');
});

describe('the line of the plan says where the video goes', () => {
  test.each<readonly [Variables, string]>([
    [{}, 'CRF 23 -> out.ts'],
    [
      { COSMOS_VIDEO_DESTINATION: 'out.ts srt://video.example:9000' },
      'CRF 23 -> out.ts, srt://video.example:9000',
    ],
    [{ COSMOS_VIDEO_RECORD: 'rec' }, 'CRF 23 -> out.ts, recordings in rec'],
    [
      { COSMOS_VIDEO_RECORD: 'rec', COSMOS_VIDEO_RECORD_WHEN: 'outage' },
      'CRF 23 -> out.ts, recordings in rec in an outage',
    ],
    [{ COSMOS_VIDEO_DESTINATION: '', COSMOS_VIDEO_RECORD: 'rec' }, 'CRF 23 -> recordings in rec'],
    [{ COSMOS_VIDEO_AUDIO: 'silent' }, 'CRF 23, silent track -> out.ts'],
  ])('with %p', (variables, words) => {
    expect(planInWords(planWith(variables))).toEndWith(words);
  });
});
