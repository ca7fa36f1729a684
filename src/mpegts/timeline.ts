import type { AccessUnit } from './access-unit.ts';
import { PACKET_BYTES, pcrOffset, setDiscontinuity, TICKS_PER_SECOND } from './packet.ts';
import { dtsOffset, ptsOffset } from './pes.ts';
import { readPcr, readTimestamp, ticksBetween, wrapped, writePcr, writeTimestamp } from './ticks.ts';

/** How the stream of another encoder follows what came before. */
export type TimelineJoin =
  /** A session begins: in the stream as much time passes as has really passed since the last picture. */
  | { readonly kind: 'first-of-session' }
  /**
   * It takes over within a session. `lostFrames`: ticks whose pictures never came out of the encoder before; 0 where it takes
   * over between two frames.
   */
  | { readonly kind: 'goes-on'; readonly lostFrames: number };

/** Within a session the frames that were lost tell how much time has passed, but for a standstill longer than this. */
const STANDSTILL_TICKS = TICKS_PER_SECOND;
/** Times are rounded to whole ticks, each of two by up to half a one: nearer than this to a whole number of periods is one. */
const ROUNDING_TICKS = 2;

/** The last pictures of all, in time that does not wrap: fractions of ticks, so that rounding does not add up. */
interface Past {
  readonly ptsTicks: number;
  readonly dtsTicks: number;
  readonly arrivalNs: bigint;
}

/** An encoder whose first picture has come. */
interface Run {
  /** When its first picture is shown. */
  readonly beginTicks: number;
  /** What is added to all times that it writes: a whole number. */
  readonly shiftTicks: number;
  /** From decoding to showing its first picture. */
  readonly delayTicks: number;
}

/** How far the pictures of an encoder have come, in time that does not wrap, with fractions of ticks. */
export interface TimelineProgress {
  /** When its first picture is shown. */
  readonly beginTicks: number;
  /** Goes on by one period with each picture, also with B-frames: when the last one is shown, without them. */
  readonly shownTicks: number;
}

/** An encoder whose first picture has not come. */
interface Pending {
  readonly isSession: boolean;
  readonly lostFrames: number;
}

/**
 * The time of a stream that goes on while encoders come and go, each of which begins at 0 again. All times of one encoder are
 * shifted by the same, so that its first picture comes one period after the last one before, or later where time was lost.
 */
export class Timeline {
  #periodTicks = 0;
  #pending: Pending | undefined;
  #past: Past | undefined;
  #run: Run | undefined;
  /** Whether the next clock is to say that time has jumped. */
  #isJump = false;

  /** Of the encoder that writes now; undefined before its first picture. */
  get progress(): TimelineProgress | undefined {
    if (!this.#run || !this.#past) return undefined;
    const { beginTicks, delayTicks } = this.#run;
    return { beginTicks, shownTicks: this.#past.dtsTicks + delayTicks };
  }

  /**
   * The stream of another encoder begins; the one before has been rewritten to its end. Where no picture came since the last
   * call, what was asked for then still holds: frames that were lost are added.
   * @param periodTicks from one picture to the next, 90 kHz, with its fraction
   */
  begin(join: TimelineJoin, periodTicks: number): void {
    const lostFrames = join.kind === 'goes-on' ? join.lostFrames : 0;
    this.#pending = {
      isSession: join.kind === 'first-of-session' || this.#pending?.isSession === true,
      lostFrames: lostFrames + (this.#pending?.lostFrames ?? 0),
    };
    this.#periodTicks = periodTicks;
    this.#run = undefined;
  }

  /**
   * Rewrites PTS, DTS and PCR in place. Packets that come before the first picture of an encoder stay as they are; the times
   * in `units` are those from before the call.
   * @param packets whole packets
   * @param units the pictures that begin in them
   * @param nowNs when they came, monotonic
   */
  rewrite(packets: Uint8Array, units: readonly AccessUnit[], nowNs: bigint): void {
    const [first] = units;
    if (first && this.#pending) this.#run = this.#begun(first, this.#pending, nowNs);
    if (!this.#run) return;
    for (const unit of units) if (this.#past) this.#remember(this.#run, this.#past, unit, nowNs);
    for (let offset = 0; offset + PACKET_BYTES <= packets.length; offset += PACKET_BYTES) {
      this.#rewritePacket(packets, offset, this.#run.shiftTicks);
    }
  }

  #begun(first: AccessUnit, pending: Pending, nowNs: bigint): Run {
    const delayTicks = snapped(ticksBetween(first.dtsTicks, first.ptsTicks), this.#periodTicks);
    const past = this.#past;
    const beginTicks = past ? this.#beginTicks(past, pending, delayTicks, nowNs) : first.ptsTicks;
    this.#isJump = past !== undefined && this.#isHole(past, pending, beginTicks, delayTicks);
    this.#past = { ptsTicks: beginTicks, dtsTicks: beginTicks - delayTicks, arrivalNs: nowNs };
    this.#pending = undefined;
    return { beginTicks, shiftTicks: Math.round(beginTicks) - first.ptsTicks, delayTicks };
  }

  /** When the first picture of an encoder is shown. Where it delays pictures more than the one before, DTS decides. */
  #beginTicks(past: Past, pending: Pending, delayTicks: number, nowNs: bigint): number {
    const realTicks = (Number(nowNs - past.arrivalNs) * TICKS_PER_SECOND) / 1e9;
    const isRealTime = pending.isSession || realTicks > STANDSTILL_TICKS;
    const countedTicks = this.#periodTicks * (1 + pending.lostFrames);
    const gapTicks = isRealTime ? Math.max(countedTicks, realTicks) : countedTicks;
    return Math.max(past.ptsTicks + gapTicks, past.dtsTicks + this.#periodTicks + delayTicks);
  }

  #isHole(past: Past, pending: Pending, beginTicks: number, delayTicks: number): boolean {
    const mostTicks = this.#periodTicks + ROUNDING_TICKS;
    const isLater = beginTicks - past.ptsTicks > mostTicks;
    return pending.isSession || isLater || beginTicks - delayTicks - past.dtsTicks > mostTicks;
  }

  #remember(run: Run, past: Past, unit: AccessUnit, nowNs: bigint): void {
    // With B-frames the picture that comes last is not the one that is shown last.
    const ptsTicks = Math.max(past.ptsTicks, this.#timeOf(run, unit.ptsTicks, past.ptsTicks));
    const dtsTicks = Math.max(past.dtsTicks, this.#timeOf(run, unit.dtsTicks, past.dtsTicks));
    this.#past = { ptsTicks, dtsTicks, arrivalNs: nowNs };
  }

  /** A time that an encoder wrote in time that does not wrap: the one that is nearest to `nearTicks`. */
  #timeOf(run: Run, writtenTicks: number, nearTicks: number): number {
    const nearWhole = Math.round(nearTicks);
    const ticks = nearWhole + ticksBetween(nearWhole, writtenTicks + run.shiftTicks);
    return run.beginTicks + snapped(ticks - Math.round(run.beginTicks), this.#periodTicks);
  }

  #rewritePacket(packets: Uint8Array, offset: number, shiftTicks: number): void {
    const pcrAt = pcrOffset(packets, offset);
    if (pcrAt >= 0) {
      writePcr(packets, pcrAt, wrapped(readPcr(packets, pcrAt) + shiftTicks));
      if (this.#isJump) setDiscontinuity(packets, offset);
      this.#isJump = false;
    }
    const ptsAt = ptsOffset(packets, offset);
    if (ptsAt < 0) return;
    const dtsAt = dtsOffset(packets, ptsAt);
    writeTimestamp(packets, ptsAt, wrapped(readTimestamp(packets, ptsAt) + shiftTicks));
    if (dtsAt >= 0) writeTimestamp(packets, dtsAt, wrapped(readTimestamp(packets, dtsAt) + shiftTicks));
  }
}

/** The exact time where this is a whole number of periods, but for rounding. */
function snapped(ticks: number, periodTicks: number): number {
  const exactTicks = Math.round(ticks / periodTicks) * periodTicks;
  return Math.abs(ticks - exactTicks) <= ROUNDING_TICKS ? exactTicks : ticks;
}
