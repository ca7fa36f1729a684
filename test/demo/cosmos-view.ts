import type { CosmosTranscoder } from '../support/cosmos-transcoder.ts';
import { analyse, type Analysis } from '../support/video.ts';

/** What COSMOS has ready for its users when a segment of its transcoder is complete. */
export interface CosmosSegment {
  /** Since the transcoder was started. */
  readonly afterS: number;
  /** The pictures in it. */
  readonly pictures: Analysis;
  /** The number of its first and its last picture. */
  readonly first: number;
  readonly last: number;
  /** How old its last picture was by then, from the XADD of it on. */
  readonly behindS: number;
}

/**
 * Looks at the segment that was named last, right after it was.
 * @param addedMs when frame 0, 1, 2, … was added to the stream
 */
export async function newestSegment(
  transcoder: CosmosTranscoder,
  addedMs: readonly number[],
): Promise<CosmosSegment> {
  const nowMs = performance.now();
  const { numbers } = await transcoder.newest();
  const readable = numbers.filter((number) => number !== undefined);
  const [first = Number.NaN, last = Number.NaN] = [readable.at(0), readable.at(-1)];
  return {
    afterS: (nowMs - transcoder.startedMs) / 1000,
    pictures: analyse(numbers),
    first,
    last,
    behindS: (nowMs - (addedMs[last] ?? Number.NaN)) / 1000,
  };
}

/** What is wrong with the segments, one sentence each. @param wanted so many there should be */
export function segmentFaults(segments: readonly CosmosSegment[], wanted: number): string[] {
  if (segments.length < wanted)
    return [`COSMOS's transcoder made ${segments.length} segments instead of ${wanted}`];
  return segments.flatMap(({ pictures, first, last }, index) => {
    const before = segments[index - 1];
    const isStale = before !== undefined && first < before.last;
    const isStill = last <= (before?.last ?? first);
    return [
      ...(isStill ? [`segment ${index + 1} of COSMOS shows nothing new`] : []),
      ...(pictures.backwards > 0 || isStale ? [`segment ${index + 1} of COSMOS goes backwards`] : []),
      ...(pictures.unreadable > 0 || Number.isNaN(last)
        ? [`the numbers of pictures in segment ${index + 1} of COSMOS cannot be read`]
        : []),
    ];
  });
}
