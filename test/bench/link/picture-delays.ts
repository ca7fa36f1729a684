import type { PictureTime } from '../../support/picture-times.ts';

/** From the moment at which a frame was added to the last byte of its picture at the receiver. */
export interface PictureDelay {
  readonly number: number;
  readonly addedMs: number;
  readonly delayMs: number;
}

/**
 * One for each picture whose end is known: not for the last one, nor for those that repeat the one before.
 * @param times when each picture came, in their order
 * @param numbers what each of them shows
 * @param addedMs when frame 0, 1, 2, … was added
 */
export function pictureDelays(
  times: readonly PictureTime[],
  numbers: readonly (number | undefined)[],
  addedMs: readonly number[],
): PictureDelay[] {
  return times.slice(0, -1).flatMap(({ lastMs }, index) => {
    const number = numbers[index];
    const added = number === undefined ? undefined : addedMs[number];
    if (number === undefined || added === undefined || number === numbers[index - 1]) return [];
    return [{ number, addedMs: added, delayMs: lastMs - added }];
  });
}

/** The longest time from one picture to the next, of those that came from then on; NaN where there are fewer than two. */
export function longestPauseMs(times: readonly PictureTime[], fromMs: number): number {
  const index = times.findIndex(({ firstMs }) => firstMs >= fromMs);
  if (index === -1) return Number.NaN;
  // The picture before is where the first pause begins.
  const cameMs = times.slice(Math.max(0, index - 1)).map(({ firstMs }) => firstMs);
  const pausesMs = cameMs.slice(1).map((ms, at) => ms - (cameMs[at] ?? ms));
  return pausesMs.length === 0 ? Number.NaN : Math.max(...pausesMs);
}
