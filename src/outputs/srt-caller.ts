import type { Clock } from '../base/clock.ts';
import type { SrtSettings } from '../config/config.ts';
import type { Libsrt } from '../os/libsrt.ts';
import type { OpenCarrier } from './carrier.ts';
import { hostAddresses, type LookUp } from './host-lookup.ts';
import { SrtCarrier } from './srt-carrier.ts';
import { connectSrt } from './srt-connect.ts';

/** More are not tried: each costs time in which the right one is not. */
const MOST_ADDRESSES = 8;

/** What a caller needs. */
export interface SrtCallerParts {
  readonly libsrt: Libsrt;
  readonly settings: SrtSettings;
  readonly clock: Clock;
  /** Absent: the system's own. */
  readonly lookup?: LookUp;
}

/**
 * Calls a receiver over SRT: each opening looks up the name and shakes hands with the first of its addresses that answers,
 * beginning with the one that did so last.
 */
export function srtCaller({ libsrt, settings, clock, lookup }: SrtCallerParts): OpenCarrier {
  let lastGood: string | undefined;
  return async (signal) => {
    const found = await hostAddresses(settings.host, clock, signal, lookup);
    const addresses = withFirst(lastGood, found).slice(0, MOST_ADDRESSES);
    const { address, socket } = await connectSrt({ libsrt, settings, clock }, addresses, signal);
    lastGood = address;
    return new SrtCarrier({ libsrt, clock, socket });
  };
}

function withFirst(first: string | undefined, all: readonly string[]): readonly string[] {
  if (first === undefined || !all.includes(first)) return all;
  return [first, ...all.filter((other) => other !== first)];
}
