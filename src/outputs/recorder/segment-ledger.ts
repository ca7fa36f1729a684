/** A segment as it was when it was last looked at. */
export interface KnownSegment {
  readonly name: string;
  readonly sizeBytes: number;
  /** It is being written by somebody, or was left unfinished: it is counted, and never deleted. */
  readonly isPart: boolean;
}

/**
 * The segments of one recorder in the order in which they are deleted: those found at the start by name, then those
 * of this run in the order in which they were made. So a clock that steps back does not make the newest the first to
 * go. Pure.
 */
export class SegmentLedger {
  /** A map keeps the order in which its keys came. */
  readonly #segments = new Map<string, KnownSegment>();
  /** Those that could not be deleted lately. */
  readonly #stuck = new Set<string>();
  #sizeBytes = 0;

  get count(): number {
    return this.#segments.size;
  }

  /** All of them together. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The name of the one that is deleted first, be it one that may be or not. */
  get firstName(): string | undefined {
    return this.#segments.keys().next().value;
  }

  /** How many are there, but cannot be deleted at present. */
  get stuckCount(): number {
    return this.#stuck.size;
  }

  /** The next one to go; undefined where there is none that may. */
  get oldest(): KnownSegment | undefined {
    for (const segment of this.#segments.values()) {
      if (!segment.isPart && !this.#stuck.has(segment.name)) return segment;
    }
    return undefined;
  }

  has(name: string): boolean {
    return this.#segments.has(name);
  }

  /** In their order. */
  get all(): readonly KnownSegment[] {
    return [...this.#segments.values()];
  }

  /** Those that are being written, or were left unfinished. */
  get parts(): readonly KnownSegment[] {
    return this.all.filter(({ isPart }) => isPart);
  }

  /** As the last in the order where it is new; in its place otherwise. */
  put(segment: KnownSegment): void {
    this.#sizeBytes += segment.sizeBytes - (this.#segments.get(segment.name)?.sizeBytes ?? 0);
    this.#segments.set(segment.name, segment);
  }

  remove(name: string): void {
    this.#sizeBytes -= this.#segments.get(name)?.sizeBytes ?? 0;
    this.#segments.delete(name);
    this.#stuck.delete(name);
  }

  /** What somebody else has taken away. */
  keepOnly(isThere: (name: string) => boolean): void {
    for (const name of this.#segments.keys()) {
      if (!isThere(name)) this.remove(name);
    }
  }

  /** It could not be deleted: it is passed over until `unstick`. */
  stick(name: string): void {
    if (this.has(name)) this.#stuck.add(name);
  }

  unstick(): void {
    this.#stuck.clear();
  }
}
