import type { Clock } from '../../src/base/clock.ts';
import { StreamFollower } from '../../src/mpegts/stream-follower.ts';
import type { Chunk } from '../../src/outputs/chunk.ts';
import { PresentGop } from '../../src/outputs/present-gop.ts';
import { FakeClock } from './fake-clock.ts';
import { TsMaker, type PictureOptions } from './ts-packets.ts';

/** Makes chunks as a hub does, puts them into the present GOP, and hands them to whoever takes them. */
export class ChunkMaker {
  readonly gop = new PresentGop();
  readonly #maker = new TsMaker();
  readonly #follower = new StreamFollower();
  /** Pictures that have been made. */
  pictures = 0;

  /** @param clock tells when a picture has come; it stands still where it is left out */
  constructor(
    private readonly deliver: (chunk: Chunk, tables: Uint8Array) => void,
    private readonly clock: Clock = new FakeClock(),
  ) {}

  /** One chunk with a picture. */
  picture(options?: PictureOptions): void {
    this.bytes(this.#maker.picture(options));
  }

  /** A chunk with a keyframe, and one each with this many others. */
  group(others: number, options?: PictureOptions): void {
    this.picture({ ...options, isKeyframe: true });
    for (let count = 0; count < others; count += 1) this.picture(options);
  }

  /** The bytes of a picture that are not delivered yet. */
  make(options?: PictureOptions): Uint8Array {
    return this.#maker.picture(options);
  }

  /** A chunk of these whole packets. */
  bytes(packets: Uint8Array): void {
    const units = this.#follower.follow(packets);
    const pictures = units.map(({ offsetBytes, isKeyframe }) => ({ offsetBytes, isKeyframe }));
    const { tables } = this.#follower;
    if (!tables) throw new Error('the first picture has to be a keyframe');
    this.pictures += units.length;
    const chunk = { packets, pictures };
    this.gop.add(chunk, tables, this.clock.nowNs());
    this.deliver(chunk, tables);
  }
}
