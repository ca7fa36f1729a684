import {
  continuityCounter,
  hasPayload,
  isDiscontinuity,
  PACKET_BYTES,
  payloadOffset,
  pcrOffset,
  pidOf,
  startsUnit,
  SYNC_BYTE,
} from '../../src/mpegts/packet.ts';
import { ptsOffset } from '../../src/mpegts/pes.ts';
import { readPcr, readTimestamp, ticksBetween } from '../../src/mpegts/ticks.ts';

const TICKS_PER_MS = 90;
const PAT_PID = 0;
const SDT_PID = 0x11;
const PMT_TABLE = 2;

/** What a measuring receiver sees in a transport stream with one program; times are those of its clock (PCR). */
export interface TsQuality {
  readonly packets: number;
  /** Each in words, with the PID and the place; empty where no counter is wrong, and every packet begins as one. */
  readonly continuityErrors: readonly string[];
  /** From one to the next, of the program's clock; where that says that time jumps, the step is left out. */
  readonly pcrGapsMs: readonly number[];
  readonly patGapsMs: readonly number[];
  readonly pmtGapsMs: readonly number[];
  readonly sdtGapsMs: readonly number[];
  /** How often the clock says that time jumps. */
  readonly jumps: number;
  /** Times of the PES packets of each stream, in their order. */
  readonly ptsTicks: ReadonlyMap<number, readonly number[]>;
  /** How far each of those times is ahead of the clock as it is then. */
  readonly leadsMs: ReadonlyMap<number, readonly number[]>;
}

/** Measures a stream of whole packets. */
export function tsQuality(bytes: Uint8Array): TsQuality {
  const meter = new Meter();
  for (let offset = 0; offset + PACKET_BYTES <= bytes.length; offset += PACKET_BYTES)
    meter.take(bytes, offset);
  return meter.quality;
}

/** From each time to the next, the short way round. */
export function stepsOf(ptsTicks: readonly number[] = []): number[] {
  return ptsTicks.slice(1).map((later, index) => ticksBetween(ptsTicks[index] ?? 0, later));
}

class Meter {
  #packets = 0;
  #jumps = 0;
  #pcrTicks: number | undefined;
  readonly #counters = new Map<number, number>();
  readonly #errors: string[] = [];
  readonly #pcrGapsMs: number[] = [];
  readonly #tables = { pat: new TableMeter(), pmt: new TableMeter(), sdt: new TableMeter() };
  readonly #ptsTicks = new Map<number, number[]>();
  readonly #leadsMs = new Map<number, number[]>();

  take(bytes: Uint8Array, offset: number): void {
    this.#packets += 1;
    const pid = pidOf(bytes, offset);
    if (bytes[offset] !== SYNC_BYTE) this.#errors.push(`no packet at ${offset}`);
    this.#count(pid, bytes, offset);
    const pcrAt = pcrOffset(bytes, offset);
    if (pcrAt >= 0) this.#tick(readPcr(bytes, pcrAt), isDiscontinuity(bytes, offset));
    const ptsAt = ptsOffset(bytes, offset);
    if (ptsAt >= 0) this.#show(pid, readTimestamp(bytes, ptsAt));
    else if (startsUnit(bytes, offset)) this.#table(pid, bytes, offset);
  }

  get quality(): TsQuality {
    const { pat, pmt, sdt } = this.#tables;
    return {
      packets: this.#packets,
      continuityErrors: this.#errors,
      pcrGapsMs: this.#pcrGapsMs,
      patGapsMs: pat.gapsMs,
      pmtGapsMs: pmt.gapsMs,
      sdtGapsMs: sdt.gapsMs,
      jumps: this.#jumps,
      ptsTicks: this.#ptsTicks,
      leadsMs: this.#leadsMs,
    };
  }

  #count(pid: number, bytes: Uint8Array, offset: number): void {
    const counter = continuityCounter(bytes, offset);
    const last = this.#counters.get(pid);
    this.#counters.set(pid, counter);
    if (last === undefined) return;
    const due = hasPayload(bytes, offset) ? (last + 1) % 16 : last;
    if (counter !== due) this.#errors.push(`counter ${counter}, not ${due}, of PID ${pid} at ${offset}`);
  }

  #tick(pcrTicks: number, isJump: boolean): void {
    const gapMs =
      this.#pcrTicks === undefined ? undefined : ticksBetween(this.#pcrTicks, pcrTicks) / TICKS_PER_MS;
    this.#pcrTicks = pcrTicks;
    if (isJump) this.#jumps += 1;
    else if (gapMs !== undefined) this.#pcrGapsMs.push(gapMs);
    for (const table of Object.values(this.#tables)) table.tick(isJump ? 0 : (gapMs ?? 0), isJump);
  }

  #show(pid: number, ptsTicks: number): void {
    const [times, leads] = [this.#ptsTicks.get(pid) ?? [], this.#leadsMs.get(pid) ?? []];
    this.#ptsTicks.set(pid, times);
    this.#leadsMs.set(pid, leads);
    times.push(ptsTicks);
    if (this.#pcrTicks !== undefined) leads.push(ticksBetween(this.#pcrTicks, ptsTicks) / TICKS_PER_MS);
  }

  #table(pid: number, bytes: Uint8Array, offset: number): void {
    const pointer = payloadOffset(bytes, offset);
    if (pid === PAT_PID) this.#tables.pat.come();
    else if (pid === SDT_PID) this.#tables.sdt.come();
    else if (bytes[pointer + 1 + (bytes[pointer] ?? 0)] === PMT_TABLE) this.#tables.pmt.come();
  }
}

/** A table lies before the picture that it belongs to: it comes when the next clock says. */
class TableMeter {
  readonly gapsMs: number[] = [];
  #sinceMs: number | undefined;
  #hasCome = false;

  come(): void {
    this.#hasCome = true;
  }

  tick(passedMs: number, isJump: boolean): void {
    if (this.#sinceMs !== undefined) this.#sinceMs += passedMs;
    if (!this.#hasCome) return;
    if (this.#sinceMs !== undefined && !isJump) this.gapsMs.push(this.#sinceMs);
    this.#hasCome = false;
    this.#sinceMs = 0;
  }
}
