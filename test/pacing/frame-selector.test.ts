import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { Frame } from '../../src/base/frame.ts';
import { FrameSelector } from '../../src/pacing/frame-selector.ts';
import { fakeFrame, numberOf } from '../support/fake-reader.ts';
import { settle } from '../support/fake-clock.ts';

/** Takes frames back and complains of one that comes twice. */
class Owner {
  /** Given back, dropped ones too. */
  readonly released: number[] = [];
  readonly dropped: number[] = [];

  drop(frame: Frame): void {
    this.release(frame);
    this.dropped.push(numberOf(frame));
  }

  release(frame: Frame): void {
    if (this.released.includes(numberOf(frame))) throw new Error(`${frame.id} was released twice`);
    this.released.push(numberOf(frame));
  }
}

function selectorWith(first = 0) {
  const owner = new Owner();
  return { owner, selector: new FrameSelector(fakeFrame(first), owner, 0n) };
}

/** Number and newness of a selection. */
function told({ frame, isNew }: { frame: Frame; isNew: boolean }): [number, boolean] {
  return [numberOf(frame), isNew];
}

describe('a tick', () => {
  test('takes the frame that was offered, once, and then repeats it', () => {
    const { selector } = selectorWith();
    selector.offer(fakeFrame(1), 1n);
    expect(told(selector.take())).toEqual([1, true]);
    expect(told(selector.take())).toEqual([1, false]);
  });

  test('repeats the first frame until another one comes', () => {
    const { selector } = selectorWith(7);
    expect(told(selector.take())).toEqual([7, false]);
    expect(told(selector.take())).toEqual([7, false]);
  });

  test('that only repeats leaves the offered frame where it is', () => {
    const { selector } = selectorWith();
    selector.offer(fakeFrame(1), 1n);
    expect(told(selector.repeat())).toEqual([0, false]);
    expect(selector.hasNext).toBe(true);
    expect(told(selector.take())).toEqual([1, true]);
  });
});

describe('a frame', () => {
  test('is given back when the next one takes its place', () => {
    const { selector, owner } = selectorWith();
    selector.offer(fakeFrame(1), 1n);
    selector.take();
    expect(owner.released).toEqual([0]);
  });

  test('that a newer one replaces before its tick is dropped', () => {
    const { selector, owner } = selectorWith();
    selector.offer(fakeFrame(1), 1n);
    selector.offer(fakeFrame(2), 2n);
    expect(owner.dropped).toEqual([1]);
    expect(told(selector.take())).toEqual([2, true]);
  });

  test('that stands in without having been sent is new once, and dropped where another one comes before', () => {
    const { selector, owner } = selectorWith();
    selector.offer(fakeFrame(1), 1n);
    selector.standIn();
    expect(selector.hasNext).toBe(false);
    expect(told(selector.take())).toEqual([1, true]);
    expect(told(selector.take())).toEqual([1, false]);
    selector.offer(fakeFrame(2), 2n);
    selector.standIn();
    selector.offer(fakeFrame(3), 3n);
    expect(told(selector.take())).toEqual([3, true]);
    expect(owner.dropped).toEqual([2]);
    expect(owner.released).toEqual([0, 1, 2]);
  });

  test('that waits at the end is given back with the one that was sent', () => {
    const { selector, owner } = selectorWith();
    selector.offer(fakeFrame(1), 1n);
    selector.close();
    expect(owner.released.toSorted((a, b) => a - b)).toEqual([0, 1]);
  });

  test('that comes only after the end is given back at once', () => {
    const { selector, owner } = selectorWith();
    selector.close();
    selector.offer(fakeFrame(1), 1n);
    expect(owner.released).toEqual([0, 1]);
  });

  test('leaves the time at which it came', () => {
    const { selector } = selectorWith();
    selector.offer(fakeFrame(1), 17n);
    selector.take();
    expect(selector.lastOfferNs).toBe(17n);
  });
});

describe('whoever waits for the frame to be taken', () => {
  test('waits no longer than that', async () => {
    const { selector } = selectorWith();
    const never = new AbortController().signal;
    await selector.whenTaken(never);
    selector.offer(fakeFrame(1), 1n);
    let isTaken = false;
    void selector.whenTaken(never).then(() => (isTaken = true));
    selector.repeat();
    await settle();
    expect(isTaken).toBe(false);
    selector.take();
    await settle();
    expect(isTaken).toBe(true);
  });

  test('stops waiting when it is told to', async () => {
    const { selector } = selectorWith();
    selector.offer(fakeFrame(1), 1n);
    await selector.whenTaken(AbortSignal.abort());
    const giveUp = new AbortController();
    const waiting = selector.whenTaken(giveUp.signal);
    giveUp.abort();
    await waiting;
    expect(selector.hasNext).toBe(true);
    selector.take();
  });
});

describe('in any sequence of offers and ticks', () => {
  test('every tick has one frame, never an older one, never one given back, of at most two that are held', () => {
    const steps = fc.array(fc.constantFrom('offer', 'take', 'repeat'), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (played) => {
        const { selector, owner } = selectorWith();
        let [sent, waiting, offered] = [0, 0, 0];
        const dropped: number[] = [];
        for (const step of played) {
          if (step === 'offer') {
            offered += 1;
            selector.offer(fakeFrame(offered), BigInt(offered));
            if (waiting !== 0) dropped.push(waiting);
            waiting = offered;
          } else {
            const [number, isNew] = told(step === 'take' ? selector.take() : selector.repeat());
            const isDue = step === 'take' && waiting !== 0;
            expect([number, isNew]).toEqual([isDue ? waiting : sent, isDue]);
            expect(owner.released).not.toContain(number);
            if (isDue) [sent, waiting] = [waiting, 0];
          }
          expect(selector.hasNext).toBe(waiting !== 0);
          expect(offered + 1 - owner.released.length).toBe(waiting === 0 ? 1 : 2);
        }
        selector.close();
        if (waiting !== 0) dropped.push(waiting);
        expect(owner.dropped).toEqual(dropped);
        expect(owner.released.toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: offered + 1 }, (_, index) => index),
        );
      }),
    );
  });
});
