import { inMs, sleepMs, waitAtMost, type Clock } from '../base/clock.ts';
import { codeOf, LinkError } from '../base/errors.ts';
import type { Destination } from '../config/config.ts';
import { PACKET_BYTES } from '../mpegts/packet.ts';
import type { Carrier, OpenCarrier } from './carrier.ts';
import { fileFailure } from './file-failure.ts';
import { openPlace, type FilePlace } from './file-path.ts';

/** What waits while a write is on its way: half a second at 16 Mbit/s. There are two such buffers. */
const BUFFER_BYTES = 5_577 * PACKET_BYTES;
/** A pipe whose reader is slow is tried again after this. */
const FULL_PAUSE_MS = 5;

/** What the opening of a file needs. */
export interface FileOutputParts {
  readonly destination: Pick<Destination, 'url' | 'display'>;
  readonly clock: Clock;
  /** The video that follows goes here, which may be another file than that in the settings. In the form that may be shown. */
  readonly onPlace: (shown: string) => void;
}

/** Opens a file, each time another one that was not there before; or a device or pipe that is there. */
export function fileOutput({ destination, clock, onPlace }: FileOutputParts): OpenCarrier {
  return async (signal) => {
    const place = await openPlace(destination);
    if (signal.aborted) {
      await place.release();
      throw signal.reason;
    }
    onPlace(place.shown);
    return new FileCarrier(place, clock);
  };
}

/** A file that is written in the background, one piece at a time. */
class FileCarrier implements Carrier {
  #filling = new Uint8Array(BUFFER_BYTES);
  #other = new Uint8Array(BUFFER_BYTES);
  #filledBytes = 0;
  /** Since when something is not written. */
  #sinceNs: bigint | undefined;
  #writing: Promise<void> | undefined;
  #error: LinkError | undefined;
  readonly #closed = new AbortController();

  constructor(
    private readonly place: FilePlace,
    private readonly clock: Clock,
  ) {}

  get unconfirmedMs(): number {
    return this.#sinceNs === undefined ? 0 : inMs(this.clock.nowNs() - this.#sinceNs);
  }

  send(packets: Uint8Array): number {
    this.look();
    const roomBytes = BUFFER_BYTES - this.#filledBytes;
    const taken = packets.subarray(0, Math.min(packets.length, roomBytes));
    this.#filling.set(taken, this.#filledBytes);
    this.#filledBytes += taken.length;
    this.#sinceNs ??= this.clock.nowNs();
    this.#writing ??= this.#writeAll();
    return taken.length;
  }

  look(): undefined {
    if (this.#error) throw this.#error;
  }

  async finish(limitMs: number): Promise<void> {
    await waitAtMost(this.clock, limitMs, this.#end(this.#writing));
    this.#closed.abort();
  }

  close(): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    void this.#end(this.#writing);
  }

  /** The file is closed once nothing is written into it any more: its number may then be another file's. */
  async #end(writing: Promise<void> | undefined): Promise<void> {
    await writing;
    this.#closed.abort();
    await this.place.release();
  }

  /** Never rejects: an error is there for whoever looks. */
  async #writeAll(): Promise<void> {
    try {
      while (this.#filledBytes > 0) {
        const bytes = this.#filling.subarray(0, this.#filledBytes);
        [this.#filling, this.#other] = [this.#other, this.#filling];
        this.#filledBytes = 0;
        const sinceNs = this.clock.nowNs();
        await this.#write(bytes);
        this.#sinceNs = this.#filledBytes > 0 ? sinceNs : undefined;
      }
    } catch (error) {
      this.#error = new LinkError(fileFailure(error), { cause: error });
    }
    this.#writing = undefined;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let writtenBytes = 0; writtenBytes < bytes.length;) {
      try {
        const rest = bytes.subarray(writtenBytes);
        writtenBytes += (await this.place.handle.write(rest, 0, rest.length, null)).bytesWritten;
      } catch (error) {
        if (codeOf(error) !== 'EAGAIN' || this.#closed.signal.aborted) throw error;
        await sleepMs(this.clock, FULL_PAUSE_MS, this.#closed.signal);
      }
    }
  }
}
