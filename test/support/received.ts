import { expect } from 'bun:test';
import { ticksBetween } from '../../src/mpegts/ticks.ts';
import type { FakeCarrier } from './fake-carrier.ts';
import { readStream } from './ts-packets.ts';

/** Throws where a counter does not go on. */
function checkOpening(carrier: FakeCarrier): void {
  const opening = readStream(carrier.received).slice(0, 3);
  const kinds: unknown[] = opening.map((one) => (one.kind === 'picture' ? one.isKeyframe : one.kind));
  expect(kinds).toEqual(['pat', 'pmt', true].slice(0, kinds.length));
}

/**
 * What a receiver got over these openings, one after the other, can be decoded: each begins with PAT, PMT and a keyframe, no
 * counter is missing in it, and times only go on. Throws where it is not so.
 */
export function checkReceived(carriers: readonly FakeCarrier[]): void {
  for (const carrier of carriers) checkOpening(carrier);
  checkPictures(carriers);
}

/** Times only go on, over all openings; only the last picture of an opening can be in pieces. */
function checkPictures(carriers: readonly FakeCarrier[]): void {
  let lastNumber = -1;
  let lastTicks: number | undefined;
  for (const carrier of carriers) {
    const pictures = readStream(carrier.received).filter((one) => one.kind === 'picture');
    for (const [index, { number, ptsTicks, isKeyframe, isWhole }] of pictures.entries()) {
      expect(number).toBeGreaterThan(lastNumber);
      // They begin again after 2^33.
      if (lastTicks !== undefined) expect(ticksBetween(lastTicks, ptsTicks)).toBeGreaterThan(0);
      if (number !== lastNumber + 1 && !isKeyframe) throw new Error(`${number} after ${lastNumber}`);
      if (index < pictures.length - 1) expect(isWhole).toBe(true);
      lastNumber = number;
      lastTicks = ptsTicks;
    }
  }
}
