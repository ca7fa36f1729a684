import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { DropCause } from '../../src/base/counts.ts';
import type { Frame } from '../../src/base/frame.ts';
import { FrameHolder } from '../../src/pacing/frame-holder.ts';
import { settle } from '../support/fake-clock.ts';
import { fakeFrame, numberOf } from '../support/fake-reader.ts';

/** Takes frames back and complains of one that comes twice. */
class Owner {
  /** Given back, dropped ones too. */
  readonly released: number[] = [];
  readonly dropped: number[] = [];
  /** Each that was dropped, with its cause. */
  readonly drops: string[] = [];

  drop(frame: Frame, cause: DropCause): void {
    this.release(frame);
    this.dropped.push(numberOf(frame));
    this.drops.push(`${numberOf(frame)} ${cause}`);
  }

  release(frame: Frame): void {
    if (this.released.includes(numberOf(frame))) throw new Error(`${frame.id} was released twice`);
    this.released.push(numberOf(frame));
  }
}

function holderWith(first = 0) {
  const owner = new Owner();
  return { owner, holder: new FrameHolder(fakeFrame(first), owner, 0n) };
}

/** The number of the frame that a tick sends, and whether it is new. */
function told({ frame, isNew }: { frame: Frame; isNew: boolean }): [number, boolean] {
  return [numberOf(frame), isNew];
}

describe('a tick', () => {
  test('takes the frame that was offered, once, and then repeats it', () => {
    const { holder } = holderWith();
    holder.offer(fakeFrame(1), 1n);
    expect(told(holder.take())).toEqual([1, true]);
    expect(told(holder.take())).toEqual([1, false]);
  });

  test('repeats the first frame until another one comes', () => {
    const { holder } = holderWith(7);
    expect(told(holder.take())).toEqual([7, false]);
    expect(told(holder.take())).toEqual([7, false]);
  });

  test('that only repeats leaves the offered frame where it is', () => {
    const { holder } = holderWith();
    holder.offer(fakeFrame(1), 1n);
    expect(told(holder.repeat())).toEqual([0, false]);
    expect(holder.hasNext).toBe(true);
    expect(told(holder.take())).toEqual([1, true]);
  });
});

describe('a frame', () => {
  test('is given back when the next one takes its place', () => {
    const { holder, owner } = holderWith();
    holder.offer(fakeFrame(1), 1n);
    holder.take();
    expect(owner.released).toEqual([0]);
  });

  test('that a newer one replaces before its tick is dropped', () => {
    const { holder, owner } = holderWith();
    holder.offer(fakeFrame(1), 1n);
    holder.offer(fakeFrame(2), 2n);
    expect(owner.drops).toEqual(['1 replaced']);
    expect(told(holder.take())).toEqual([2, true]);
  });

  test('that gives way to the next one for the sake of a backlog is dropped for that cause', () => {
    const { holder, owner } = holderWith();
    holder.offer(fakeFrame(1), 1n);
    holder.offer(fakeFrame(2), 2n, 'trimmed');
    holder.take();
    holder.offer(fakeFrame(3), 3n, 'trimmed');
    expect(owner.drops).toEqual(['1 trimmed']);
    expect(owner.released).toEqual([1, 0]);
  });

  test('that stands in without having been sent is new once, and dropped where another one comes before', () => {
    const { holder, owner } = holderWith();
    holder.offer(fakeFrame(1), 1n);
    holder.standIn();
    expect(holder.hasNext).toBe(false);
    expect(told(holder.take())).toEqual([1, true]);
    expect(told(holder.take())).toEqual([1, false]);
    holder.offer(fakeFrame(2), 2n);
    holder.standIn();
    holder.offer(fakeFrame(3), 3n);
    expect(told(holder.take())).toEqual([3, true]);
    expect(owner.drops).toEqual(['2 replaced']);
    expect(owner.released).toEqual([0, 1, 2]);
  });

  test('that waits at the end is given back with the one that was sent', () => {
    const { holder, owner } = holderWith();
    holder.offer(fakeFrame(1), 1n);
    holder.close();
    expect(owner.released.toSorted((a, b) => a - b)).toEqual([0, 1]);
    expect(owner.drops).toEqual(['1 unsent']);
  });

  test('that only stands in at the end was never sent', () => {
    const { holder, owner } = holderWith();
    holder.offer(fakeFrame(1), 1n);
    holder.standIn();
    holder.close();
    expect(owner.drops).toEqual(['1 unsent']);
  });

  test('that comes only after the end is given back at once', () => {
    const { holder, owner } = holderWith();
    holder.close();
    holder.offer(fakeFrame(1), 1n);
    expect(owner.released).toEqual([0, 1]);
    expect(owner.drops).toEqual(['1 unsent']);
  });

  test('leaves the time at which it came', () => {
    const { holder } = holderWith();
    holder.offer(fakeFrame(1), 17n);
    holder.take();
    expect(holder.lastOfferNs).toBe(17n);
  });
});

describe('whoever waits for the frame to be taken', () => {
  test('waits no longer than that', async () => {
    const { holder } = holderWith();
    const never = new AbortController().signal;
    await holder.whenTaken(never);
    holder.offer(fakeFrame(1), 1n);
    let isTaken = false;
    void holder.whenTaken(never).then(() => (isTaken = true));
    holder.repeat();
    await settle();
    expect(isTaken).toBe(false);
    holder.take();
    await settle();
    expect(isTaken).toBe(true);
  });

  test('stops waiting when it is told to', async () => {
    const { holder } = holderWith();
    holder.offer(fakeFrame(1), 1n);
    await holder.whenTaken(AbortSignal.abort());
    const giveUp = new AbortController();
    const waiting = holder.whenTaken(giveUp.signal);
    giveUp.abort();
    await waiting;
    expect(holder.hasNext).toBe(true);
    holder.take();
  });
});

describe('in any sequence of offers and ticks', () => {
  test('every tick has one frame, never an older one, never one given back, of at most two that are held', () => {
    const steps = fc.array(fc.constantFrom('offer', 'take', 'repeat'), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (played) => {
        const { holder, owner } = holderWith();
        let [sent, waiting, offered] = [0, 0, 0];
        const dropped: number[] = [];
        for (const step of played) {
          if (step === 'offer') {
            offered += 1;
            holder.offer(fakeFrame(offered), BigInt(offered));
            if (waiting !== 0) dropped.push(waiting);
            waiting = offered;
          } else {
            const [number, isNew] = told(step === 'take' ? holder.take() : holder.repeat());
            const isDue = step === 'take' && waiting !== 0;
            expect([number, isNew]).toEqual([isDue ? waiting : sent, isDue]);
            expect(owner.released).not.toContain(number);
            if (isDue) [sent, waiting] = [waiting, 0];
          }
          expect(holder.hasNext).toBe(waiting !== 0);
          expect(offered + 1 - owner.released.length).toBe(waiting === 0 ? 1 : 2);
        }
        holder.close();
        if (waiting !== 0) dropped.push(waiting);
        expect(owner.dropped).toEqual(dropped);
        expect(owner.released.toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: offered + 1 }, (_, index) => index),
        );
      }),
    );
  });
});
