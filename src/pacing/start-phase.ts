import { NS_PER_MS } from '../base/clock.ts';

/**
 * A tick comes this long after the frame that it is meant for has arrived, so that an ordinary unevenness is no dup. Where
 * frames of 4 MB come over TCP and the encoder takes its turn on two cores, one in some hundreds is later than 8 ms.
 */
const LONGEST_GUARD_NS = 12n * NS_PER_MS;

interface NewestFrame {
  /** Monotonic time at which it was written; undefined where that is not known. */
  readonly writtenNs: bigint | undefined;
  /** How long it took to fetch. */
  readonly fetchNs: bigint;
}

/** When tick 0 is due, and whether the newest frame is still the one for it or only stands in until another comes. */
export interface StartPhase {
  readonly originNs: bigint;
  readonly isNewestDue: boolean;
}

/**
 * Sets the ticks a little after the times at which frames arrive, given that the source is about as fast as we are: a
 * frame is then sent as soon as it can be, and neither waits a period nor misses its tick by a hair. For any other
 * source this phase is as good as another.
 */
export function startPhase(newest: NewestFrame, periodNs: bigint, nowNs: bigint): StartPhase {
  if (newest.writtenNs === undefined) return { originNs: nowNs, isNewestDue: true };
  const thirdNs = periodNs / 3n;
  const guardNs = thirdNs < LONGEST_GUARD_NS ? thirdNs : LONGEST_GUARD_NS;
  // No frame is from the future: ids only run ahead of the time when Redis's clock was set back.
  const writtenNs = newest.writtenNs < nowNs ? newest.writtenNs : nowNs;
  const readyNs = writtenNs + newest.fetchNs + guardNs;
  if (readyNs >= nowNs) return { originNs: readyNs, isNewestDue: true };
  const periodsLate = (nowNs - readyNs + periodNs - 1n) / periodNs;
  return { originNs: readyNs + periodsLate * periodNs, isNewestDue: false };
}
