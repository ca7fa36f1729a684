/** Numbers from 0 to below 1 that look random, the same in each run with the same seed, by the generator mulberry32. */
export function randomParts(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What can be drawn from such numbers. */
export class Random {
  readonly #part: () => number;

  constructor(seed: number) {
    this.#part = randomParts(seed);
  }

  /** From `low` to below `high`. */
  between(low: number, high: number): number {
    return low + this.#part() * (high - low);
  }

  /** A whole number from `low` to `high`, both of them included. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  /** @throws RangeError where there is nothing to choose from */
  oneOf<T>(items: readonly T[]): T {
    const item = items[this.whole(0, items.length - 1)];
    if (item === undefined) throw new RangeError('there is nothing to choose from');
    return item;
  }

  /** The same items in another order. */
  shuffled<T>(items: readonly T[]): T[] {
    const keyed = items.map((item) => ({ item, key: this.#part() }));
    return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
  }
}
