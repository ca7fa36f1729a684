import { NS_PER_MS, type Clock } from '../base/clock.ts';
import type { FrameFormat } from '../base/frame-format.ts';
import type { FrameIntake, FrameSlot, MemoryArea } from '../base/frame.ts';
import type { GrayFormat } from '../base/gray-format.ts';
import type { LevelsReport } from '../base/levels-report.ts';
import type { LevelsSettings } from '../config/config.ts';
import type { FrameSlots } from '../os/frame-slots.ts';
import { FrameMapping } from './frame-mapping.ts';
import { Kernel } from './kernel.ts';
import { LumaIntake } from './luma-intake.ts';
import { PictureMemory, pictureSize, type PictureSize } from './picture-memory.ts';
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
  readonly #memory: PictureMemory;
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
    this.#memory = new PictureMemory(this.#size);
    this.#kernel = new Kernel(this.#memory.wasm, gray);
    this.#statistics = new SampleStatistics(this.#memory, this.#kernel, gray, this.#size);
    this.#mapping = new FrameMapping(this.#memory, this.#kernel, gray, this.#statistics.counts);
    this.#settings = settings;
  }

  /** Where the pictures lie. */
  get slots(): FrameSlots {
    return this.#memory.slots;
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
    this.#statistics.begin();
    const intake: FrameIntake = new LumaIntake({
      memory: this.#memory,
      size: this.#size,
      pixelBytes: this.parts.gray.pixelBytes,
      lumaOffset: this.#memory.lumaOffset(slot),
      onSamples: (source, count) => {
        this.#statistics.add(source, count);
        this.#mapping.prepare();
      },
      map: (run) => this.#mapping.map(run),
      onWhole: () => this.#onWhole(slot),
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
    return [slot, ...this.#memory.chromaAreas(slot, this.#coloured.has(slot))];
  }

  /** Gives the memory back. */
  close(): void {
    this.#current = undefined;
    this.slots.close();
  }

  #onWhole(slot: FrameSlot): void {
    if (this.#mapping.hasColours) {
      this.#mapChroma(slot);
      this.#coloured.add(slot);
    } else this.#coloured.delete(slot);
    const nowNs = this.parts.clock.nowNs();
    this.#statistics.end();
    this.#reportIfDue(nowNs);
    this.#mapping.learn(nowNs);
  }

  #reportIfDue(nowNs: bigint): void {
    if (this.#reportedNs !== undefined && nowNs - this.#reportedNs < REPORT_PERIOD_NS) return;
    const report = this.#statistics.takeReport(this.#mapping.window);
    if (!report) return;
    this.#reportedNs = nowNs;
    this.parts.onReport(report);
  }

  #mapChroma(slot: FrameSlot): void {
    const { widthPx, heightPx, strideBytes, chromaBytes } = this.#size;
    const { uOfLuma, vOfLuma } = this.#memory.offsets;
    const u = this.#memory.chromaOffset(slot);
    const v = u + chromaBytes / 2;
    const luma = this.#memory.lumaOffset(slot);
    this.#kernel.mapChroma({ luma, strideBytes, widthPx, heightPx, u, v, uOfLuma, vOfLuma });
  }
}
