import { LinkError } from '../../src/base/errors.ts';
import type { LinkFigures } from '../../src/base/output-state.ts';
import { PACKET_BYTES } from '../../src/mpegts/packet.ts';
import type { Carrier, Listener } from '../../src/outputs/carrier.ts';

export const FIGURES: LinkFigures = {
  rttMs: 12,
  sentPackets: 100,
  lostPackets: 0,
  resentPackets: 0,
  droppedPackets: 0,
  bufferMs: 3,
  bufferBytes: 400,
  latencyMs: 120,
  handedBytes: 18_800,
  connectedMs: 1_000,
};

/** The error of a way that has broken, with these words. */
export function linkError(text: string): LinkError {
  return new LinkError({ code: 'link-lost', text });
}

/** A way that takes as much as a test lets it, and keeps what it was given. */
export class FakeCarrier implements Carrier {
  readonly #pieces: Uint8Array[] = [];
  /** Thrown from now on by whatever can throw it. */
  failure: LinkError | undefined;
  figures: LinkFigures | undefined;
  unconfirmedMs = 0;
  finishedWithinMs: number | undefined;
  isClosed = false;

  /** @param roomBytes what it still takes */
  constructor(public roomBytes = Infinity) {}

  send(packets: Uint8Array): number {
    if (this.failure) throw this.failure;
    if (this.isClosed) throw new Error('it is closed');
    if (packets.length === 0 || packets.length % PACKET_BYTES !== 0) {
      throw new Error(`${packets.length} bytes are no whole packets`);
    }
    const takenBytes = Math.min(packets.length, Math.floor(this.roomBytes / PACKET_BYTES) * PACKET_BYTES);
    this.#pieces.push(packets.slice(0, takenBytes));
    this.roomBytes -= takenBytes;
    return takenBytes;
  }

  look(): LinkFigures | undefined {
    if (this.failure) throw this.failure;
    return this.figures;
  }

  async finish(limitMs: number): Promise<void> {
    this.finishedWithinMs = limitMs;
    this.close();
  }

  close(): void {
    this.isClosed = true;
  }

  /** All that it was given. */
  get received(): Uint8Array {
    return Buffer.concat(this.#pieces);
  }
}

/** A place where those call whom a test lets call. */
export class FakeListener implements Listener {
  readonly callers: Carrier[] = [];
  failure: LinkError | undefined;
  isClosed = false;

  accept(): readonly Carrier[] {
    if (this.failure) throw this.failure;
    return this.callers.splice(0);
  }

  close(): void {
    this.isClosed = true;
  }
}
