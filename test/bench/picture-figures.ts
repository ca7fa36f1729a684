import type { ReceivedPicture } from './picture-receiver.ts';
import { slopeOf, spreadOf, type Spread } from './statistics.ts';
import { analyse, type Analysis } from '../support/video.ts';

/** What the pictures behind the receiver say. */
export interface PictureFigures extends Analysis {
  /** Pictures a second by the receiver's own clock. */
  readonly fps: number;
  /** From XADD to the decoded picture; repeated pictures do not count. */
  readonly latency: Spread;
  /** The part of it until the picture's first bytes come out of the SRT receiver; the rest is the decoder's. */
  readonly arrival: Spread;
}

/** Pictures at the start whose times do not count: those of the time in which the destination was being opened. */
export const SETTLING_PICTURES = 24;

/** @param addedMs when frame 0, 1, 2, … was added to the stream */
export function pictureFigures(
  pictures: readonly ReceivedPicture[],
  addedMs: readonly number[],
): PictureFigures {
  const settled = pictures.slice(SETTLING_PICTURES);
  const fresh = settled.flatMap((picture, index) => {
    const added = picture.number === undefined ? undefined : addedMs[picture.number];
    const isRepeated = picture.number === settled[index - 1]?.number;
    return added === undefined || isRepeated ? [] : [{ ...picture, addedMs: added }];
  });
  return {
    ...analyse(pictures.map(({ number }) => number)),
    fps: 1000 / slopeOf(settled.map(({ atMs }) => atMs)),
    latency: spreadOf(fresh.map((picture) => picture.atMs - picture.addedMs)),
    arrival: spreadOf(fresh.map((picture) => picture.arrivedMs - picture.addedMs)),
  };
}
