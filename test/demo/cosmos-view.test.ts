import { describe, expect, test } from 'bun:test';
import { analyse } from '../support/video.ts';
import { segmentFaults, type CosmosSegment } from './cosmos-view.ts';

/** A segment with these pictures in it, in turn. */
function segment(...numbers: readonly (number | undefined)[]): CosmosSegment {
  const readable = numbers.filter((number) => number !== undefined);
  const [first = Number.NaN, last = Number.NaN] = [readable.at(0), readable.at(-1)];
  return { afterS: 1, behindS: 1, pictures: analyse(numbers), first, last };
}

describe('what COSMOS has', () => {
  test('is good where its pictures go on; some may be shown twice', () => {
    expect(segmentFaults([segment(1, 2, 3), segment(3, 4, 4), segment(5, 6, 7)], 3)).toEqual([]);
  });

  test.each<[string, readonly CosmosSegment[], string]>([
    ['fewer segments', [segment(1, 2)], "COSMOS's transcoder made 1 segments instead of 2"],
    ['a picture that stands still', [segment(1, 2), segment(2, 2)], 'segment 2 of COSMOS shows nothing new'],
    ['one from the start on', [segment(1, 1), segment(2, 3)], 'segment 1 of COSMOS shows nothing new'],
    ['one that goes back within', [segment(1, 2), segment(3, 2, 4)], 'segment 2 of COSMOS goes backwards'],
    ['one that begins too early', [segment(1, 5), segment(4, 6)], 'segment 2 of COSMOS goes backwards'],
    [
      'what cannot be read',
      [segment(1, 2), segment(undefined, 3)],
      'the numbers of pictures in segment 2 of COSMOS cannot be read',
    ],
    [
      'nothing that can be read',
      [segment(1, 2), segment(undefined)],
      'the numbers of pictures in segment 2 of COSMOS cannot be read',
    ],
  ])('is at fault with %s', (_, segments, fault) => {
    expect(segmentFaults(segments, 2)).toEqual([fault]);
  });
});
