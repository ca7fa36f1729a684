/**
 * Notices a standing backlog: frames that wait in the stream although the source is no faster than we are, and so
 * would be late for ever after a single hiccup. Once no read has had to wait for `trimAfterNs`, every second read is
 * dropped (one frame for each tick, which looks like a short double speed) until a read has to wait again.
 */
export class BacklogTrimmer {
  #lastWaitNs: bigint;
  #droppedLast = false;

  /** @param trimAfterNs 0 = never trim */
  constructor(
    private readonly trimAfterNs: bigint,
    nowNs: bigint,
  ) {
    this.#lastWaitNs = nowNs;
  }

  /** What becomes of a frame that was just read; `waited` says whether it was hardly there when it was asked for. */
  judge(waited: boolean, nowNs: bigint): 'keep' | 'drop' {
    if (waited) this.#lastWaitNs = nowNs;
    const isStanding = this.trimAfterNs > 0n && nowNs - this.#lastWaitNs >= this.trimAfterNs;
    this.#droppedLast = isStanding && !this.#droppedLast;
    return this.#droppedLast ? 'drop' : 'keep';
  }

  /** A tick found no frame: reading is what is slow then, and dropping what was read would only make it worse. */
  starved(nowNs: bigint): void {
    this.#lastWaitNs = nowNs;
  }
}
