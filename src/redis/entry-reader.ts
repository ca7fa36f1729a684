import { NS_PER_MS } from '../base/clock.ts';
import { MOST_OTHER_BYTES, MOST_OTHER_FIELDS } from '../base/entry-limits.ts';
import { ConnectionError } from '../base/errors.ts';
import type { FrameIntake, FrameSlot } from '../base/frame.ts';
import { NS_PER_SECOND } from '../base/frame-rate.ts';
import type { StreamEntry, WrongEntry, StreamId } from '../base/stream-entry.ts';
import type { FrameSlots } from '../os/frame-slots.ts';
import type { PollLoop } from '../os/poll-loop.ts';
import type { ReplyReader } from './reply-reader.ts';
import type { RespReader } from './resp-reader.ts';
import type { StreamShape } from './stream-connection.ts';

/** While there is no free slot, it is looked again this often. */
const SLOT_PERIOD_NS = NS_PER_MS / 2n;
/** The rest of a wrong entry is skipped for no longer; another connection is made sooner. */
const READ_AWAY_LIMIT_NS = 5n * NS_PER_SECOND;

/** What a connection reads into. */
export interface ReadTarget {
  readonly shape: StreamShape;
  readonly slots: Pick<FrameSlots, 'acquire' | 'release'>;
  /** What takes in a frame whose place is this slot. */
  readonly intake: (slot: FrameSlot) => FrameIntake;
  readonly loop: PollLoop;
}

/** Reads the fields of one entry after the other: the frame into a slot, everything else away. */
export class EntryReader {
  readonly #keyBytes: Uint8Array;
  readonly #keyText: string;
  /** Where the frame of the entry that is being read went. */
  #slot: FrameSlot | undefined;
  #failure: ConnectionError | undefined;

  constructor(
    private readonly bytes: ReplyReader,
    private readonly resp: RespReader,
    private readonly target: ReadTarget,
  ) {
    this.#keyBytes = new TextEncoder().encode(target.shape.key);
    // Field names are compared byte by byte, in the one-character-a-byte form in which the reader gives them.
    this.#keyText = new TextDecoder('latin1').decode(this.#keyBytes);
  }

  /** Why the rest of a wrong entry was not read: the connection is out of step since then. */
  get failure(): ConnectionError | undefined {
    return this.#failure;
  }

  /**
   * The entry whose id was read, and whose fields come next. One that is wrong is given also where the rest of it cannot
   * be read, so that reading goes on behind it and not with it again; what went wrong is the `failure` then. Otherwise
   * rejects with a `ConnectionError`.
   */
  async read(id: StreamId): Promise<StreamEntry> {
    try {
      const wrong = await this.#fields(id, await this.resp.array());
      const pixels = this.#slot;
      if (wrong) return wrong;
      if (!pixels) return { kind: 'no-key', id };
      this.#slot = undefined;
      return { kind: 'frame', id, pixels };
    } finally {
      // Nobody gets to see the frame of an entry that is wrong or was cut off.
      if (this.#slot) this.target.slots.release(this.#slot);
      this.#slot = undefined;
    }
  }

  /** @param strings how many there are: names and values in turn, or -1 for nil */
  async #fields(id: StreamId, strings: number): Promise<WrongEntry | undefined> {
    const fieldCount = Math.ceil(strings / 2);
    if (fieldCount > MOST_OTHER_FIELDS + 1) {
      return this.#passOver({ kind: 'too-many-fields', id, fieldCount }, strings);
    }
    let isFrameNext = false;
    let otherBytes = 0;
    for (let left = strings; left > 0; left -= 1) {
      const sizeBytes = await this.resp.stringSize();
      if (isFrameNext) {
        isFrameNext = false;
        if (sizeBytes !== this.target.shape.sizeBytes) {
          return this.#passOver({ kind: 'wrong-size', id, sizeBytes }, left - 1, sizeBytes + 2);
        }
        await this.#readFrame();
        continue;
      }
      otherBytes += sizeBytes;
      if (otherBytes > MOST_OTHER_BYTES) {
        return this.#passOver({ kind: 'too-much-beside', id }, left - 1, sizeBytes + 2);
      }
      const isName = (strings - left) % 2 === 0;
      if (isName && !this.#slot) isFrameNext = left > 1 && (await this.#isKey(sizeBytes));
      else await this.bytes.skip(sizeBytes + 2);
    }
    return undefined;
  }

  /** Reads the rest of an entry away: so many bytes of the string that has begun, and so many strings. */
  async #passOver(wrong: WrongEntry, strings: number, unreadBytes = 0): Promise<WrongEntry> {
    this.bytes.endBy(this.target.loop.nowNs() + READ_AWAY_LIMIT_NS);
    try {
      await this.bytes.skip(unreadBytes);
      await this.resp.skipStrings(strings);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      this.#failure = error;
    }
    return wrong;
  }

  async #isKey(sizeBytes: number): Promise<boolean> {
    if (sizeBytes !== this.#keyBytes.length) {
      await this.bytes.skip(sizeBytes + 2);
      return false;
    }
    return (await this.bytes.text(sizeBytes)) === this.#keyText;
  }

  async #readFrame(): Promise<void> {
    const slot = await this.#freeSlot();
    this.#slot = slot;
    await this.bytes.value(this.target.shape.sizeBytes, this.target.intake(slot));
  }

  async #freeSlot(): Promise<FrameSlot> {
    const { slots, loop } = this.target;
    for (;;) {
      if (this.bytes.isClosed) throw new ConnectionError('the connection was closed');
      const slot = slots.acquire();
      if (slot) return slot;
      await loop.pause(SLOT_PERIOD_NS);
    }
  }
}
