import type { GrayFormat } from '../../src/base/gray-format.ts';
import { Kernel, kernelBuilds } from '../../src/levels/kernel.ts';
import { GRAY_FORMATS, grayOf } from './gray-formats.ts';
import { ReferenceKernel } from './reference.ts';

const MEMORY_PAGES = 9;

/** Where things lie: what a case works on in the zone, which is compared after each; tables and counters behind it. */
export const PLACES = {
  source: 512,
  target: 4_096,
  sums: 6_144,
  u: 6_400,
  v: 7_168,
  zoneEnd: 8_192,
  curve: 8_192,
  uOfLuma: 12_288,
  vOfLuma: 12_544,
  coarse: 16_384,
  fine: 65_536,
} as const;

/** A build of the kernel and its reference for one format, each in a memory of its own. */
interface Pair {
  readonly name: string;
  readonly format: GrayFormat;
  readonly kernel: Kernel;
  readonly reference: ReferenceKernel;
}

/** What the kernel makes of its memory, and the reference of another one with the same in it. */
export class KernelStage {
  readonly #kernelMemory: Uint8Array;
  readonly #referenceMemory: Uint8Array;
  readonly #zone: Uint8Array;
  readonly #referenceZone: Uint8Array;
  readonly pairs: readonly Pair[];

  constructor() {
    const wasm = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES });
    this.#kernelMemory = new Uint8Array(wasm.buffer);
    this.#referenceMemory = new Uint8Array(wasm.buffer.byteLength);
    this.#zone = this.#kernelMemory.subarray(0, PLACES.zoneEnd);
    this.#referenceZone = this.#referenceMemory.subarray(0, PLACES.zoneEnd);
    const builds = Object.values(kernelBuilds());
    this.pairs = GRAY_FORMATS.flatMap((name) => {
      const format = grayOf(name);
      const reference = new ReferenceKernel(this.#referenceMemory, format);
      return builds.map((build) => ({ name, format, kernel: new Kernel(wasm, format, build), reference }));
    });
  }

  /** The kernel's memory. */
  get memory(): Uint8Array {
    return this.#kernelMemory;
  }

  /** Writes the same into both memories. */
  set(bytes: Uint8Array, at: number): void {
    this.#kernelMemory.set(bytes, at);
    this.#referenceMemory.set(bytes, at);
  }

  /** Clears both zones, then fills them by `fill`, which is given the kernel's. */
  prepare(fill: (zone: Uint8Array) => void): void {
    this.#zone.fill(0);
    fill(this.#zone);
    this.#referenceZone.set(this.#zone);
  }

  /** Throws where the zones differ: what was written, what was not, and what lies beside it. */
  compareZones(): void {
    compare(this.#zone, this.#referenceZone);
  }

  /** The same for all of both memories. */
  compareMemories(): void {
    compare(this.#kernelMemory, this.#referenceMemory);
  }
}

function compare(kernel: Uint8Array, reference: Uint8Array): void {
  if (Buffer.compare(kernel, reference) === 0) return;
  const at = kernel.findIndex((byte, index) => byte !== reference[index]);
  throw new Error(`at ${at} the kernel has ${kernel[at]}, the reference ${reference[at]}`);
}

/** A pixel of a sample, with bytes of opacity behind it where the format has them. */
export function writePixel(memory: Uint8Array, at: number, sample: number, format: GrayFormat): void {
  const { sampleBytes, pixelBytes, isBigEndian } = format;
  const [low, high] = [sample & 0xff, (sample >> 8) & 0xff];
  memory[at] = isBigEndian ? high : low;
  if (sampleBytes === 2) memory[at + 1] = isBigEndian ? low : high;
  // Nothing depends on the opacity, which is another one for each sample here.
  for (let index = sampleBytes; index < pixelBytes; index += 1) memory[at + index] = high ^ (low * 31);
}
