import type { Clock } from '../base/clock.ts';
import type { AccessUnit } from '../mpegts/access-unit.ts';
import { PacketSplitter } from '../mpegts/packet-splitter.ts';
import type { SilentTrack } from '../mpegts/silent-track.ts';
import { StreamFollower } from '../mpegts/stream-follower.ts';
import type { Timeline, TimelineJoin } from '../mpegts/timeline.ts';
import type { Chunk } from './chunk.ts';
import { FeedSilence } from './feed-silence.ts';
import { joinedBytes } from './joined-bytes.ts';

/** How the video of an encoder follows what came before. */
export interface FeedHow {
  readonly join: TimelineJoin;
  /** From one picture to the next, 90 kHz, with its fraction. */
  readonly periodTicks: number;
  /** Its first picture was only to warm it up, and is not delivered: its second keyframe is the first one that is. */
  readonly isWarmedUp: boolean;
}

/** What a feed needs. */
export interface VideoFeedParts {
  readonly clock: Clock;
  readonly timeline: Timeline;
  /** Goes with the video, over all feeds of the timeline; absent: the video goes alone. */
  readonly silence?: SilentTrack | undefined;
  /** Takes the next piece, which nobody writes into from then on. `tables`: PAT and PMT as they are now. */
  readonly deliver: (chunk: Chunk, tables: Uint8Array) => void;
}

/** The bytes of one encoder become chunks of the stream: whole packets, from a keyframe on, with times that go on. */
export class VideoFeed {
  readonly #splitter = new PacketSplitter();
  readonly #follower = new StreamFollower();
  #keyframesToSkip: number;
  #hasBegun = false;
  #pictures = 0;
  #sizeBytes = 0;
  readonly #silence: FeedSilence | undefined;

  constructor(
    private readonly parts: VideoFeedParts,
    { join, periodTicks, isWarmedUp }: FeedHow,
  ) {
    this.#keyframesToSkip = isWarmedUp ? 1 : 0;
    this.#silence = parts.silence && new FeedSilence(parts.silence, periodTicks);
    parts.timeline.begin(join, periodTicks);
  }

  /** Pictures that have been delivered. */
  get pictures(): number {
    return this.#pictures;
  }

  /** Of what has been delivered. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** What a read has delivered, in memory of its own that belongs to whoever gets it from now on. */
  take(bytes: Uint8Array): void {
    const packets = this.#splitter.split(bytes);
    const units = this.#follower.follow(packets);
    const tables = this.#tables(packets);
    if (!tables || packets.length === 0) return;
    if (this.#hasBegun) this.#deliver(packets, units, tables);
    else this.#begin(packets, units, tables);
  }

  /** As they are to be delivered; those among the packets become so, too. */
  #tables(packets: Uint8Array): Uint8Array | undefined {
    const { tables } = this.#follower;
    return tables && (this.#silence?.name(packets, tables) ?? tables);
  }

  /** Whatever has been sent before, a receiver has the tables of this encoder before its first picture. */
  #begin(packets: Uint8Array, units: readonly AccessUnit[], tables: Uint8Array): void {
    const first = units.find((unit) => unit.isKeyframe && (this.#keyframesToSkip -= 1) < 0);
    if (!first) return;
    this.#hasBegun = true;
    const shiftBytes = tables.length - first.offsetBytes;
    const shifted = units
      .filter((unit) => unit.offsetBytes >= first.offsetBytes)
      .map((unit) => ({ ...unit, offsetBytes: unit.offsetBytes + shiftBytes }));
    this.#deliver(joinedBytes(tables, packets.subarray(first.offsetBytes)), shifted, tables);
  }

  #deliver(packets: Uint8Array, units: readonly AccessUnit[], tables: Uint8Array): void {
    this.parts.timeline.rewrite(packets, units, this.parts.clock.nowNs());
    // Their times are those from before.
    const pictures = units.map(({ offsetBytes, isKeyframe }) => ({ offsetBytes, isKeyframe }));
    const chunk = this.#withSilence({ packets, pictures });
    this.#pictures += pictures.length;
    this.#sizeBytes += chunk.packets.length;
    this.parts.deliver(chunk, tables);
  }

  #withSilence(chunk: Chunk): Chunk {
    const { progress } = this.parts.timeline;
    if (!this.#silence || !progress) return chunk;
    return this.#silence.beside(chunk, progress);
  }
}
