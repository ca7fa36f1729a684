import { NS_PER_SECOND } from '../base/frame-rate.ts';

/** If the frames are no younger after so long of trimming, the source is too fast for it to help. */
const TRIAL_NS = 2n * NS_PER_SECOND;
/** It is tried again after so long: it may have been we who were held up. */
const REST_NS = 10n * NS_PER_SECOND;

/**
 * Notices a standing backlog: frames that wait in the stream although the source is no faster than we are, and so
 * would be late for ever after a single hiccup. Once no read has had to wait for `trimAfterNs`, every second frame gives
 * way to the one after it (one for each tick, which looks like a short double speed) until a read has to wait again. Where
 * that does not help, it rests for a while: the maximum delay thins out such a source, and that costs no reads.
 */
export class BacklogTrimmer {
  #lastWaitNs: bigint;
  #trimmedLast = false;
  #trial: { readonly startNs: bigint; readonly ageNs: bigint } | undefined;

  /** @param trimAfterNs 0 = never trim */
  constructor(
    private readonly trimAfterNs: bigint,
    nowNs: bigint,
  ) {
    this.#lastWaitNs = nowNs;
  }

  /**
   * What becomes of a frame that was just read: `trim` is to let the next one take its place if that comes in time.
   * @param waited whether it was hardly there when it was asked for
   * @param ageNs since it was written, where that is known
   */
  judge(waited: boolean, nowNs: bigint, ageNs?: bigint): 'keep' | 'trim' {
    if (waited) this.#restart(nowNs);
    if (this.#isStanding(nowNs) && ageNs !== undefined) this.#try(nowNs, ageNs);
    this.#trimmedLast = this.#isStanding(nowNs) && !this.#trimmedLast;
    return this.#trimmedLast ? 'trim' : 'keep';
  }

  /** A tick found no frame: reading is what is slow then, and passing over what was read would only make it worse. */
  starved(nowNs: bigint): void {
    this.#restart(nowNs);
  }

  #isStanding(nowNs: bigint): boolean {
    return this.trimAfterNs > 0n && nowNs - this.#lastWaitNs >= this.trimAfterNs;
  }

  #restart(nowNs: bigint): void {
    this.#lastWaitNs = nowNs;
    this.#trial = undefined;
  }

  #try(nowNs: bigint, ageNs: bigint): void {
    this.#trial ??= { startNs: nowNs, ageNs };
    if (nowNs - this.#trial.startNs < TRIAL_NS) return;
    if (ageNs >= this.#trial.ageNs) this.#restart(nowNs + REST_NS);
    else this.#trial = { startNs: nowNs, ageNs };
  }
}
