interface Piece {
  readonly packets: Uint8Array;
  readonly sinceNs: bigint;
}

/**
 * Packets that wait to be sent, in order. A place in the stream that goes through it is told by the bytes that have ever been
 * put in before it. It holds what it is given without a copy.
 */
export class PacketQueue {
  readonly #pieces: Piece[] = [];
  /** Of the first piece: what has been taken out of it. */
  #takenBytes = 0;
  #begin = 0;
  #end = 0;

  /** The place of the first byte that waits. */
  get begin(): number {
    return this.#begin;
  }

  /** The place behind the last byte that waits. */
  get end(): number {
    return this.#end;
  }

  get sizeBytes(): number {
    return this.#end - this.#begin;
  }

  /** When the first byte that waits was put in; undefined where none waits. */
  get oldestNs(): bigint | undefined {
    return this.#pieces[0]?.sinceNs;
  }

  push(packets: Uint8Array, nowNs: bigint): void {
    if (packets.length === 0) return;
    this.#pieces.push({ packets, sinceNs: nowNs });
    this.#end += packets.length;
  }

  /** Takes out as much as there is room for, copied. @returns how many bytes */
  takeInto(room: Uint8Array): number {
    let filledBytes = 0;
    for (let [piece] = this.#pieces; piece && filledBytes < room.length; [piece] = this.#pieces) {
      const rest = piece.packets.subarray(this.#takenBytes, this.#takenBytes + room.length - filledBytes);
      room.set(rest, filledBytes);
      filledBytes += rest.length;
      this.#takenBytes += rest.length;
      if (this.#takenBytes < piece.packets.length) break;
      this.#pieces.shift();
      this.#takenBytes = 0;
    }
    this.#begin += filledBytes;
    return filledBytes;
  }

  /** Throws away what waits from this place on. */
  cut(place: number): void {
    const keptEnd = Math.max(place, this.#begin);
    while (this.#end > keptEnd) {
      const last = this.#pieces.pop();
      if (!last) return;
      const isFirst = this.#pieces.length === 0;
      const waitingBytes = last.packets.length - (isFirst ? this.#takenBytes : 0);
      const surplusBytes = this.#end - keptEnd;
      if (surplusBytes < waitingBytes) {
        const packets = last.packets.subarray(0, last.packets.length - surplusBytes);
        this.#pieces.push({ ...last, packets });
      } else if (isFirst) this.#takenBytes = 0;
      this.#end -= Math.min(surplusBytes, waitingBytes);
    }
  }
}
