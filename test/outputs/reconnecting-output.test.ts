import { describe, expect, test } from 'bun:test';
import { LinkError } from '../../src/base/errors.ts';
import type { Failure } from '../../src/base/failure.ts';
import { OutputAccount } from '../../src/outputs/output-account.ts';
import { FIGURES, linkError } from '../support/fake-carrier.ts';
import { settle } from '../support/fake-clock.ts';
import { picturesIn } from '../support/ts-packets.ts';
import { ReconnectingStage } from './reconnecting-stage.ts';

function closedAtOnce({ text }: Failure): Failure {
  return { code: 'link-closed-at-once', text: `at once: ${text}` };
}

describe('an output that is opened by us', () => {
  test('has counters that go on from one output of a name to the next', async () => {
    const account = new OutputAccount();
    const received: Uint8Array[] = [];
    for (const pictures of [3, 2]) {
      const stage = new ReconnectingStage({ account });
      const carrier = await stage.accept();
      stage.video.group(pictures);
      const closed = stage.output.close(1_600);
      await stage.clock.advanceMs(0);
      await closed;
      received.push(carrier.received);
    }
    // Throws where one is missing.
    expect(picturesIn(Buffer.concat(received)).length).toBe(7);
  });

  test('sends while it settles', async () => {
    const stage = new ReconnectingStage();
    const carrier = await stage.accept();
    stage.video.group(1);
    expect(picturesIn(carrier.received).length).toBe(2);
  });

  test('is opened again after each refusal, with growing waits', async () => {
    const stage = new ReconnectingStage();
    for (const waitMs of [1_250, 2_500, 5_000, 5_000]) {
      await stage.refuse();
      await stage.clock.advanceMs(waitMs);
    }
    expect(stage.take()).toEqual([
      '0 connecting',
      '0 failed: refused, 1250 ms',
      '1250 connecting',
      '1250 failed: refused, 2500 ms',
      '3750 connecting',
      '3750 failed: refused, 5000 ms',
      '8750 connecting',
      '8750 failed: refused, 5000 ms',
      '13750 connecting',
    ]);
  });

  test('is soon opened again where nobody has answered', async () => {
    const stage = new ReconnectingStage();
    await stage.clock.advanceMs(3_000);
    await stage.refuse(linkError('no answer'));
    await stage.clock.advanceMs(500);
    expect(stage.take()).toEqual(['0 connecting', '3000 failed: no answer, 500 ms', '3500 connecting']);
  });

  test('is opened again at once after it had held, and begins at the next keyframe', async () => {
    const stage = new ReconnectingStage();
    const first = await stage.accept();
    stage.video.group(1);
    await stage.clock.advanceMs(5_000);
    stage.take();
    await stage.break(first);
    expect(stage.take()).toEqual(['5100 failed: gone, 0 ms', '5100 connecting']);
    expect(first.isClosed).toBe(true);
    const second = await stage.accept();
    stage.video.picture();
    stage.video.group(1);
    expect(picturesIn(second.received).map(({ number }) => number)).toEqual([3, 4]);
    expect(stage.output.figures().counts).toMatchObject({
      attempts: 2,
      skipped: { away: 1, slow: 0, broken: 1, standby: 0 },
    });
  });

  test('notices a break when something is sent, too', async () => {
    const stage = new ReconnectingStage();
    const carrier = await stage.accept();
    stage.video.group(0);
    await stage.clock.advanceMs(4_050);
    stage.take();
    carrier.failure = linkError('gone');
    stage.video.picture();
    await settle();
    expect(stage.take()).toEqual(['4050 failed: gone, 0 ms', '4050 connecting']);
  });

  test('is said to be closed at once where it breaks before it has settled, and only then', async () => {
    const stage = new ReconnectingStage({ closedAtOnce });
    await stage.break(await stage.accept());
    expect(stage.take().at(-1)).toBe('100 failed: at once: gone, 1250 ms');
    await stage.clock.advanceMs(1_250);
    const carrier = await stage.accept();
    stage.video.group(0);
    await stage.clock.advanceMs(2_000);
    await stage.break(carrier);
    expect(stage.take().slice(-2)).toEqual(['3450 failed: gone, 0 ms', '3450 connecting']);
  });

  test('tells the figures of its link while there is one', async () => {
    const stage = new ReconnectingStage();
    expect(stage.output.figures().link).toBeUndefined();
    const carrier = await stage.accept();
    carrier.figures = FIGURES;
    await stage.clock.advanceMs(100);
    expect(stage.output.figures().link).toEqual(FIGURES);
    carrier.failure = linkError('gone');
    stage.video.group(0);
    await settle();
    expect(stage.output.figures().link).toBeUndefined();
  });

  test('goes on with the counts of an earlier one', async () => {
    const account = new OutputAccount();
    account.attempts = 7;
    account.sentPictures = 100;
    const stage = new ReconnectingStage({ account });
    await stage.accept();
    stage.video.group(1);
    expect(stage.output.figures().counts).toMatchObject({ attempts: 8, sentPictures: 101 });
  });
});

describe('closing an output', () => {
  test('hands on what it has, and ends', async () => {
    const stage = new ReconnectingStage();
    const carrier = await stage.accept();
    stage.video.group(1);
    const closed = stage.output.close(1_600);
    await stage.clock.advanceMs(0);
    await closed;
    expect(carrier.finishedWithinMs).toBe(1_600);
    expect(stage.output.figures().counts).toMatchObject({
      sentPictures: 2,
      skipped: { away: 0, slow: 0, broken: 0 },
    });
    expect(stage.take().at(-1)).toBe('0 closed');
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('gives up an opening, and what it opens in spite of that is closed', async () => {
    const stage = new ReconnectingStage();
    const closed = stage.output.close(1_600);
    expect(stage.signal?.aborted).toBe(true);
    const carrier = await stage.accept();
    await closed;
    expect(carrier.isClosed).toBe(true);
    expect(stage.take()).toEqual(['0 connecting', '0 closed']);
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('takes an opening that says it was given up for what it is', async () => {
    const stage = new ReconnectingStage();
    const closed = stage.output.close(1_600);
    await stage.refuse(stage.signal?.reason);
    await closed;
    expect(stage.take()).toEqual(['0 connecting', '0 closed']);
  });

  test('does not wait for an opening that hangs for longer than it may', async () => {
    const stage = new ReconnectingStage();
    const closed = stage.output.close(1_600);
    await stage.clock.advanceMs(1_600);
    await closed;
    expect(stage.clock.sleeperCount).toBe(0);
  });

  test('ends the wait before the next try', async () => {
    const stage = new ReconnectingStage();
    await stage.refuse();
    await stage.output.close(1_600);
    await stage.clock.advanceMs(10_000);
    expect(stage.take()).toEqual(['0 connecting', '0 failed: refused, 1250 ms', '0 closed']);
    expect(stage.clock.sleeperCount).toBe(0);
  });
});

test('what cannot be opened is in the words of whoever tried', async () => {
  const stage = new ReconnectingStage();
  await stage.refuse(new LinkError({ code: 'link-taken', text: 'another publisher has it' }));
  expect(stage.take().at(-1)).toBe('0 failed: another publisher has it, 1250 ms');
});
