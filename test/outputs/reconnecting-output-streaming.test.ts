import { describe, expect, test } from 'bun:test';
import { linkError } from '../support/fake-carrier.ts';
import { settle } from '../support/fake-clock.ts';
import { ReconnectingStage } from './reconnecting-stage.ts';

describe('an output that is opened by us', () => {
  test('is said to stream once it has carried video for as long as it takes to settle', async () => {
    const stage = new ReconnectingStage();
    await stage.clock.advanceMs(50);
    await stage.accept();
    // Nothing comes yet: that it is open says nothing.
    await stage.clock.advanceMs(20_000);
    stage.video.group(0);
    await stage.clock.advanceMs(1_000);
    stage.video.picture();
    await stage.clock.advanceMs(999);
    expect(stage.take()).toEqual(['0 connecting', '50 settling']);
    await stage.clock.advanceMs(1);
    expect(stage.take()).toEqual(['22050 streaming']);
    await stage.clock.advanceMs(60_000);
    expect(stage.take()).toEqual([]);
  });

  test('streams with the first of the video where there is nothing to settle, and not before', async () => {
    const stage = new ReconnectingStage({ settleMs: 0 });
    await stage.accept();
    await stage.clock.advanceMs(5_010);
    expect(stage.take()).toEqual(['0 connecting', '0 settling']);
    stage.video.group(3);
    expect(stage.take()).toEqual(['5010 streaming']);
    await stage.clock.advanceMs(5_000);
    expect(stage.take()).toEqual([]);
  });

  test('streams at once where there is nothing to settle, and a GOP to join with', async () => {
    const stage = new ReconnectingStage({ settleMs: 0 });
    stage.video.group(0);
    await stage.accept();
    expect(stage.take()).toEqual(['0 connecting', '0 settling', '0 streaming']);
  });

  test('is not said to stream where the first of the video breaks it', async () => {
    const stage = new ReconnectingStage({ settleMs: 0 });
    const carrier = await stage.accept();
    carrier.failure = linkError('gone');
    stage.video.group(0);
    await settle();
    stage.video.group(0);
    expect(stage.take()).toEqual(['0 connecting', '0 settling', '0 failed: gone, 1250 ms']);
  });

  test('that has broken at once has to carry video for two seconds before it is said to stream again', async () => {
    const stage = new ReconnectingStage({ settleMs: 0 });
    const first = await stage.accept();
    stage.video.group(0);
    await stage.break(first, 'the disk is full');
    expect(stage.take()).toEqual([
      '0 connecting',
      '0 settling',
      '0 streaming',
      '100 failed: the disk is full, 1250 ms',
    ]);
    await stage.clock.advanceMs(1_250);
    // It takes no video before the next keyframe: that it is open until then says nothing.
    const second = await stage.accept();
    await stage.clock.advanceMs(5_000);
    await stage.break(second, 'the disk is full');
    expect(stage.take()).toEqual([
      '1350 connecting',
      '1350 settling',
      '6450 failed: the disk is full, 2500 ms',
    ]);
    await stage.clock.advanceMs(2_500);
    await stage.accept();
    await stage.clock.advanceMs(3_000);
    stage.video.group(0);
    await stage.clock.advanceMs(1_999);
    expect(stage.take()).toEqual(['8950 connecting', '8950 settling']);
    await stage.clock.advanceMs(1);
    expect(stage.take()).toEqual(['13950 streaming']);
  });

  test('that could not be opened in between is as doubtful as before', async () => {
    const stage = new ReconnectingStage({ settleMs: 0 });
    await stage.break(await stage.accept());
    await stage.clock.advanceMs(1_250);
    await stage.refuse();
    await stage.clock.advanceMs(2_500);
    await stage.accept();
    expect(stage.take().at(-1)).toBe('3850 settling');
  });
});
