import { describe, expect, test } from 'bun:test';
import type { LevelsReport } from '../../src/base/levels-report.ts';
import type { StatusSettings } from '../../src/status/status-settings.ts';
import { DARK, SETTINGS } from '../support/operator-log.ts';
import { StatusStage } from '../support/status-stage.ts';

const GRAY12 = { ...SETTINGS.format, pixelFormat: 'gray12be' };
const COLOUR = { ...SETTINGS.format, pixelFormat: 'rgb24' };
const IN_GRAY12: LevelsReport = { ...DARK, maxSample: 4_095, seen: { low: 310, high: 500 } };
const SWAPPED: LevelsReport = { ...DARK, roughness: { asRead: 0.9, swapped: 0.1 } };

/** A session that streams frames of these levels. */
function streaming(levels: LevelsReport, settings: Partial<StatusSettings> = {}): StatusStage {
  const stage = new StatusStage(settings);
  stage.state({ kind: 'streaming' });
  stage.levels = levels;
  return stage.forgetting();
}

describe('a picture that is nearly black', () => {
  test('is warned of once, with what was seen and what helps', async () => {
    const stage = streaming(DARK);
    await stage.run(3_000);
    expect(stage.warnings).toEqual([
      'warn: 99 % of the samples lie between 310 and 3970 of 65535, the video is nearly black: ' +
        'set COSMOS_VIDEO_LEVELS=auto, or COSMOS_VIDEO_FORMAT=gray12be',
    ]);
  });

  test('is judged also over sessions that are short', async () => {
    const stage = streaming(DARK);
    for (let session = 0; session < 6; session += 1) {
      stage.state({ kind: 'waiting' });
      stage.state({ kind: 'streaming' });
      await stage.run(2);
    }
    expect(stage.warnings).toHaveLength(1);
  });

  test('is judged anew with the settings that change how it looks', async () => {
    const stage = streaming(DARK);
    await stage.run(5);
    stage.configure({ isFullRange: false });
    await stage.run(60);
    expect(stage.warnings).toEqual([]);
    stage.configure({ isFullRange: true });
    await stage.run(10);
    expect(stage.warnings).toEqual([]);
    await stage.run(1);
    expect(stage.warnings).toHaveLength(1);
  });

  test('is told of again within the hour where another format has not helped', async () => {
    const stage = streaming(DARK);
    await stage.run(20);
    stage.configure({ format: GRAY12 });
    stage.levels = IN_GRAY12;
    await stage.run(20);
    expect(stage.warnings).toHaveLength(2);
    expect(stage.warnings[1]).toContain('between 310 and 500 of 4095');
    expect(stage.warnings[1]).toEndWith('COSMOS_VIDEO_LEVELS=auto, or COSMOS_VIDEO_FORMAT=gray9be');
  });

  test('is not told of again because of other settings', async () => {
    const stage = streaming(DARK);
    await stage.run(5);
    stage.configure({ reportIntervalMs: 10_000, preset: 'fast' });
    await stage.run(6);
    expect(stage.warnings).toHaveLength(1);
    stage.configure({ reportIntervalMs: 30_000 });
    await stage.run(60);
    expect(stage.warnings).toHaveLength(1);
  });
});

test('a byte order that is wrong is warned of with the other one, and nothing is said of the range', async () => {
  const stage = streaming(SWAPPED, { isFullRange: true });
  await stage.run(60);
  expect(stage.warnings).toEqual([
    'warn: the picture is 9 times smoother with the bytes of each sample swapped: the byte order is probably wrong; ' +
      'set COSMOS_VIDEO_FORMAT=gray16le',
  ]);
});

describe('the levels in what is known', () => {
  test('stay when a session ends and other settings are in force', async () => {
    const stage = streaming(DARK);
    await stage.run(2);
    stage.levels = undefined;
    stage.state({ kind: 'waiting' });
    stage.configure({ isFullRange: false, preset: 'fast' });
    await stage.run(2);
    expect(stage.status.snapshot.levels).toBe(DARK);
  });

  test.each([{ format: COLOUR }, { format: GRAY12 }, { stream: 'others' }])(
    'are gone when other frames come: %j',
    async (changes) => {
      const stage = streaming(DARK);
      await stage.run(2);
      stage.configure(changes);
      expect(stage.status.snapshot.levels).toBeUndefined();
    },
  );

  test.each([COLOUR, GRAY12])('do not come back with a report that was under way: %j', async (format) => {
    const stage = streaming(DARK);
    await stage.run(2);
    stage.configure({ format });
    stage.status.on({ kind: 'levels', levels: DARK });
    expect(stage.status.snapshot.levels).toBeUndefined();
    await stage.run(30);
    expect(stage.warnings).toEqual([]);
  });
});
