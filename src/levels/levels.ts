import { NS_PER_MS, type Clock } from '../base/clock.ts';
import type { FrameFormat } from '../base/frame-format.ts';
import type { FrameIntake, FrameSlot, MemoryArea } from '../base/frame.ts';
import type { GrayFormat } from '../base/gray-format.ts';
import type { LevelsReport } from '../base/levels-report.ts';
import type { LevelsSettings } from '../config/config.ts';
import type { FrameSlots } from '../os/frame-slots.ts';
import { mapChroma } from './chroma-bands.ts';
import { FrameMapping } from './frame-mapping.ts';
import { Kernel } from './kernel.ts';
import { KernelMemory } from './kernel-memory.ts';
import { LumaIntake } from './luma-intake.ts';
import { pictureSize, PictureSlots, type PictureSize } from './picture-slots.ts';
import { SampleStatistics } from './sample-statistics.ts';

/** How often the levels are told, while frames come. */
const REPORT_PERIOD_NS = 1_000n * NS_PER_MS;

interface LevelsParts {
  readonly format: FrameFormat;
  readonly gray: GrayFormat;
  readonly settings: LevelsSettings;
  readonly clock: Clock;
  readonly onReport: (report: LevelsReport) => void;
}

/**
 * Makes the pictures of gray frames while they are received: 4:2:0 with 8 bits in the limited range, which is what the encoder
 * takes. Owns the memory that they lie in.
 */
export class Levels {
  readonly #size: PictureSize;
  readonly #slots: PictureSlots;
  readonly #memory: KernelMemory;
  readonly #kernel: Kernel;
  readonly #statistics: SampleStatistics;
  readonly #mapping: FrameMapping;
  /** Slots whose picture has chroma of its own. */
  readonly #coloured = new Set<FrameSlot>();
  #settings: LevelsSettings;
  #current: FrameIntake | undefined;
  #reportedNs: bigint | undefined;

  /** Throws where there is no memory for it. */
  constructor(private readonly parts: LevelsParts) {
    const { format, gray, settings } = parts;
    this.#size = pictureSize(format);
    this.#slots = new PictureSlots(this.#size);
    this.#memory = new KernelMemory(gray);
    this.#kernel = new Kernel(this.#memory.wasm, gray);
    this.#statistics = new SampleStatistics(this.#memory, this.#kernel, gray, this.#size);
    this.#mapping = new FrameMapping(this.#memory, this.#kernel, gray, this.#statistics.counts);
    this.#settings = settings;
  }

  /** Where the pictures lie. */
  get slots(): FrameSlots {
    return this.#slots.luma;
  }

  /** Of a whole picture. */
  get sizeBytes(): number {
    return this.#size.lumaBytes + this.#size.chromaBytes;
  }

  /** Other settings are in force from the next frame on. */
  configure(settings: LevelsSettings): void {
    this.#settings = settings;
  }

  /** Takes in the frame whose picture is to lie in this slot. One that is begun before the last one is whole takes its place. */
  intake(slot: FrameSlot): FrameIntake {
    this.#mapping.configure(this.#settings);
    this.#slots.prepare(slot);
    const isReported = this.#isReportDue();
    this.#statistics.begin(isReported);
    const intake: FrameIntake = new LumaIntake({
      memory: this.#memory,
      size: this.#size,
      pixelBytes: this.parts.gray.pixelBytes,
      lumaAddress: slot.address,
      isReady: () => this.#mapping.isReady,
      map: (count) => {
        this.#statistics.add(this.#memory.offsets.samples, count);
        this.#mapping.prepare();
        this.#mapping.map(count);
      },
      onWhole: () => this.#onWhole(slot, isReported),
    });
    this.#current = intake;
    return {
      room: () => intake.room(),
      took: (sizeBytes) => {
        if (this.#current === intake) intake.took(sizeBytes);
      },
    };
  }

  /** The picture in this slot: its luma, and both planes of chroma. */
  areas(slot: FrameSlot): readonly MemoryArea[] {
    return [slot, ...this.#slots.chromaAreas(slot, this.#coloured.has(slot))];
  }

  /** Gives the memory back. */
  close(): void {
    this.#current = undefined;
    this.#slots.close();
  }

  #onWhole(slot: FrameSlot, isReported: boolean): void {
    if (this.#mapping.hasColours) {
      const [kernel, memory] = [this.#kernel, this.#memory];
      mapChroma({ kernel, memory, size: this.#size, slots: this.#slots }, slot);
      this.#coloured.add(slot);
    } else this.#coloured.delete(slot);
    const nowNs = this.parts.clock.nowNs();
    this.#statistics.end();
    if (isReported) {
      this.#reportedNs = nowNs;
      this.parts.onReport(this.#statistics.takeReport(this.#mapping.window));
    }
    this.#mapping.learn(nowNs);
  }

  #isReportDue(): boolean {
    if (this.#reportedNs === undefined) return true;
    return this.parts.clock.nowNs() - this.#reportedNs >= REPORT_PERIOD_NS;
  }
}
