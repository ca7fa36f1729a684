import { randomParts } from './random.ts';

/** What a network does to what goes one way through it. */
export interface Impairment {
  /** The part of all packets that is lost, 0 to 1. */
  readonly lossShare: number;
  readonly delayMs: number;
  /** What the narrowest link carries, headers included; infinite where none is narrow. */
  readonly bitsPerS: number;
  /** How much waits in front of the narrow link at the most; a packet for which there is no room is lost. */
  readonly queueMs: number;
}

/** A network that does nothing to its packets, with the buffer of a usual router where it is made narrow. */
const UNIMPAIRED: Impairment = { lossShare: 0, delayMs: 0, bitsPerS: Number.POSITIVE_INFINITY, queueMs: 300 };

/** What IP version 4 and UDP put before each packet's bytes. */
const HEADER_BYTES = 28;

/** What became of the packets of one way. */
export interface WayCounts {
  readonly passed: number;
  readonly lost: number;
}

/** One way through an impaired network: decides what becomes of each packet, the same in each run with the same seed. */
export class UdpWay {
  #impairment: Impairment;
  readonly #random: () => number;
  /** When the narrow link has carried all that waits for it. */
  #freeAtMs = Number.NEGATIVE_INFINITY;
  /** Packets do not overtake each other, also where the delay has become less. */
  #lastOutMs = Number.NEGATIVE_INFINITY;
  #passed = 0;
  #lost = 0;

  constructor(seed: number, impairment: Partial<Impairment> = {}) {
    this.#random = randomParts(seed);
    this.#impairment = { ...UNIMPAIRED, ...impairment };
  }

  get counts(): WayCounts {
    return { passed: this.#passed, lost: this.#lost };
  }

  /** From now on it is like this, and unimpaired in all that is not given; what is under way is not touched. */
  impair(impairment: Partial<Impairment>): void {
    this.#impairment = { ...UNIMPAIRED, ...impairment };
  }

  /** @returns when a packet that comes in now comes out, in the time that is handed in; undefined: it is lost */
  outMs(sizeBytes: number, nowMs: number): number | undefined {
    const { lossShare, delayMs, bitsPerS, queueMs } = this.#impairment;
    // Drawn for every packet: what is lost depends on the seed and the packet's place, not on how narrow the link is.
    const isLost = this.#random() < lossShare;
    const waitMs = Math.max(0, this.#freeAtMs - nowMs);
    if (isLost || waitMs > queueMs) {
      this.#lost += 1;
      return undefined;
    }
    this.#passed += 1;
    this.#freeAtMs = nowMs + waitMs + ((sizeBytes + HEADER_BYTES) * 8 * 1000) / bitsPerS;
    this.#lastOutMs = Math.max(this.#lastOutMs, this.#freeAtMs + delayMs);
    return this.#lastOutMs;
  }
}
