import { readFrameNumber } from '../../src/test-picture/frame-code.ts';

/** What a decoder that is asked to complain makes of a video. */
export interface WatchedVideo {
  /** Read out of each picture in turn; undefined where that was not possible. */
  readonly numbers: readonly (number | undefined)[];
  /** All that the decoder has to warn of; empty where there is nothing. */
  readonly words: string;
}

/** Pictures are made this small before their number is read, which costs less than moving them as they are. */
const SEEN = { widthPx: 320, heightPx: 240 } as const;
const SEEN_BYTES = SEEN.widthPx * SEEN.heightPx;

/** Decodes a video that was received, and keeps what ffmpeg warns of. @param path a file or a playlist */
export async function watchVideo(path: string): Promise<WatchedVideo> {
  const filter = `scale=${SEEN.widthPx}:${SEEN.heightPx}:flags=area,format=gray`;
  const decoder = Bun.spawn(
    [
      ['ffmpeg', '-v', 'warning', '-nostdin', '-i', path, '-map', '0:v', '-vf', filter],
      ['-fps_mode', 'passthrough', '-f', 'rawvideo', 'pipe:1'],
    ].flat(),
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [numbers, words] = await Promise.all([numbersOf(decoder.stdout), decoder.stderr.text()]);
  await decoder.exited;
  return { numbers, words: words.trim() };
}

async function numbersOf(pictures: AsyncIterable<Uint8Array>): Promise<(number | undefined)[]> {
  const numbers: (number | undefined)[] = [];
  const luma = new Uint8Array(SEEN_BYTES);
  let filled = 0;
  for await (const chunk of pictures) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + SEEN_BYTES - filled);
      luma.set(part, filled);
      at += part.length;
      filled = (filled + part.length) % SEEN_BYTES;
      if (filled === 0) numbers.push(readFrameNumber(luma, SEEN.widthPx, SEEN.heightPx));
    }
  }
  return numbers;
}
