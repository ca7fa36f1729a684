import { PACKET_BYTES } from '../../src/mpegts/packet.ts';

/** Less than a picture has as a rule. */
const PIECE_BYTES = 7 * PACKET_BYTES;

/**
 * The same in small pieces, as live video comes, of which no read has two keyframes. An encoder that is not held to any pace may be
 * ahead by some, where a busy machine lets it run and not who reads: a receiver that is new then begins with the last one.
 */
export async function* inPieces(video: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const bytes of video) {
    for (let begin = 0; begin < bytes.length; begin += PIECE_BYTES) {
      yield bytes.slice(begin, begin + PIECE_BYTES);
    }
  }
}
