import { PACKET_BYTES, SYNC_BYTE } from './packet.ts';

const NOTHING = new Uint8Array(0);

/** Makes whole packets of the bytes of a stream, however the reads have cut it. */
export class PacketSplitter {
  /** What has come of the packet that is not whole yet; while looking for the next packet, up to a whole one. */
  #carry: Uint8Array = NOTHING;
  #isInSync = true;
  #lostBytes = 0;

  /** Bytes that were thrown away, since they belong to no packet. */
  get lostBytes(): number {
    return this.#lostBytes;
  }

  /**
   * The packets that are whole now, one behind the other: often a view of `bytes`, which from now on belong to whoever uses
   * it. Where a packet does not begin with the sync byte, what follows is thrown away up to two sync bytes that are a packet
   * apart.
   */
  split(bytes: Uint8Array): Uint8Array {
    const joined = this.#joined(bytes);
    const wholeBytes = this.#isInSync ? syncedBytes(joined) : 0;
    return this.#resynchronised(joined, wholeBytes);
  }

  #joined(bytes: Uint8Array): Uint8Array {
    if (this.#carry.length === 0) return bytes;
    const joined = new Uint8Array(this.#carry.length + bytes.length);
    joined.set(this.#carry);
    joined.set(bytes, this.#carry.length);
    return joined;
  }

  /** Moves the packets that are found behind the first `keptBytes` together, in place. None are where sync is not lost. */
  #resynchronised(bytes: Uint8Array, keptBytes: number): Uint8Array {
    let keptEnd = keptBytes;
    let offset = keptBytes;
    while (this.#isDecided(bytes, offset)) {
      if (bytes[offset] === SYNC_BYTE && (this.#isInSync || bytes[offset + PACKET_BYTES] === SYNC_BYTE)) {
        this.#isInSync = true;
        bytes.copyWithin(keptEnd, offset, offset + PACKET_BYTES);
        keptEnd += PACKET_BYTES;
        offset += PACKET_BYTES;
      } else {
        this.#isInSync = false;
        this.#lostBytes += 1;
        offset += 1;
      }
    }
    this.#carry = offset === bytes.length ? NOTHING : bytes.slice(offset);
    return bytes.subarray(0, keptEnd);
  }

  /** Whether enough is there to tell whether a packet begins here. It does not depend on how the reads have cut the bytes. */
  #isDecided(bytes: Uint8Array, offset: number): boolean {
    if (offset >= bytes.length) return false;
    const neededBytes = this.#isInSync ? PACKET_BYTES : PACKET_BYTES + 1;
    return bytes[offset] !== SYNC_BYTE || offset + neededBytes <= bytes.length;
  }
}

/** How many bytes from the first on are whole packets that begin with the sync byte. */
function syncedBytes(bytes: Uint8Array): number {
  let offset = 0;
  while (offset + PACKET_BYTES <= bytes.length && bytes[offset] === SYNC_BYTE) offset += PACKET_BYTES;
  return offset;
}
