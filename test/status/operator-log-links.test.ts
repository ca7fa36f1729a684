import { describe, expect, test } from 'bun:test';
import { GOOD_LINK, NO_COUNTS, OperatorStage, said, SETTINGS, streaming } from '../support/operator-log.ts';

/** Six seconds in which a third of what is put in stays in the buffer. */
async function narrows(stage: OperatorStage): Promise<void> {
  for (let second = 1; second < 7; second += 1) {
    await stage.clock.advanceMs(1_000);
    const grown = { bufferMs: 333 * second, bufferBytes: 125_000 * second };
    const handedBytes = 375_000 * second;
    const link = { ...GOOD_LINK, ...grown, handedBytes, connectedMs: 1_000 * second };
    stage.figures({ sentPictures: 24 * second }, link);
  }
}

describe('a link that gets narrow', () => {
  test('is told of with what it bears, and what helps', async () => {
    const stage = streaming();
    await narrows(stage);
    expect(said(stage)).toEqual([
      'warn: the link to srt://video:9000 bears about 2.0 of 3.0 Mbit/s: set COSMOS_VIDEO_BITRATE',
    ]);
  });

  test('is told of again where a lower ceiling does not help', async () => {
    const stage = streaming();
    await narrows(stage);
    stage.outputFails('lost');
    stage.operator.configure({ ...SETTINGS, maxBitrateBps: 3_000_000 });
    stage.log.take();
    await narrows(stage);
    expect(said(stage)).toEqual([
      'warn: the link to srt://video:9000 bears about 2.0 of 3.0 Mbit/s: lower COSMOS_VIDEO_BITRATE',
    ]);
  });

  test('is not judged by what it was like before it was away', async () => {
    const stage = streaming();
    stage.figures({}, { ...GOOD_LINK, rttMs: 1 });
    stage.figures({});
    for (let second = 1; second < 20; second += 1) {
      await stage.clock.advanceMs(1_000);
      const counts = { sentPictures: 16 * second, skipped: { ...NO_COUNTS.skipped, slow: 8 * second } };
      stage.figures(counts, { ...GOOD_LINK, rttMs: 90, connectedMs: 1_000 * (second + 1) });
    }
    expect(said(stage)).toEqual([]);
  });
});
