import { describe, expect, test } from 'bun:test';
import { GOOD_LINK, NO_COUNTS, OperatorStage, SETTINGS } from '../support/operator-log.ts';

const STREAMING = { kind: 'streaming' } as const;
const CONNECTING = { kind: 'connecting' } as const;

/** A session that has begun, with an output of ours that is being opened. */
function started(): OperatorStage {
  const stage = new OperatorStage();
  stage.state({ kind: 'starting' });
  stage.output(CONNECTING);
  return stage;
}

/** One whose output streams, of which nothing that was said is looked at. */
function streaming(): OperatorStage {
  const stage = started();
  stage.state(STREAMING);
  stage.output({ kind: 'settling' });
  stage.output(STREAMING);
  stage.log.take();
  return stage;
}

/** What was said, but for those who look closely. */
function said(stage: OperatorStage): string[] {
  return stage.log.take().filter((line) => !line.startsWith('debug: '));
}

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
