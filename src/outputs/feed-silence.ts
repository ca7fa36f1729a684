import { nameSilence, withSilence, type SilenceInTables, type SilentTrack } from '../mpegts/silent-track.ts';
import type { TimelineProgress } from '../mpegts/timeline.ts';
import type { Chunk, PictureStart } from './chunk.ts';
import { joinedBytes } from './joined-bytes.ts';

/** The silent track beside the video of one encoder. Where its tables have no room for the track, the video goes alone. */
export class FeedSilence {
  /** As the encoder writes them. */
  #written: Uint8Array | undefined;
  #named: SilenceInTables | undefined;

  constructor(
    private readonly track: SilentTrack,
    private readonly periodTicks: number,
  ) {}

  /**
   * Names the track in the tables among these packets, in place.
   * @param written PAT and PMT as the encoder writes them now
   * @returns the same with the track in it
   */
  name(packets: Uint8Array, written: Uint8Array): Uint8Array {
    if (written !== this.#written) {
      this.#written = written;
      this.#named = withSilence(written);
    }
    if (!this.#named) return written;
    nameSilence(packets, this.#named);
    return this.#named.tables;
  }

  /**
   * Puts the silence that it needs behind each picture, so that none of them waits for it.
   * @param progress with the last picture of the chunk
   * @returns the chunk itself where nothing is needed
   */
  beside(chunk: Chunk, { beginTicks, shownTicks }: TimelineProgress): Chunk {
    if (!this.#named) return chunk;
    const { periodTicks } = this;
    const { packets } = chunk;
    const pictures: PictureStart[] = [];
    const pieces: Uint8Array[] = [];
    let [takenBytes, addedBytes] = [0, 0];
    for (const [index, picture] of chunk.pictures.entries()) {
      pictures.push({ ...picture, offsetBytes: picture.offsetBytes + addedBytes });
      const next = chunk.pictures[index + 1];
      const later = chunk.pictures.length - 1 - index;
      const pace = { beginTicks, shownTicks: shownTicks - later * periodTicks, periodTicks };
      const silence = this.track.packetsFor(pace, this.#named.pid);
      if (silence.length === 0) continue;
      const end = next?.offsetBytes ?? packets.length;
      pieces.push(packets.subarray(takenBytes, end), silence);
      takenBytes = end;
      addedBytes += silence.length;
    }
    if (addedBytes === 0) return chunk;
    return { packets: joinedBytes(...pieces, packets.subarray(takenBytes)), pictures };
  }
}
