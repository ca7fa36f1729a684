import type { Clock } from '../base/clock.ts';
import type { Emit, MoverEvent } from '../base/event.ts';
import { encodedSize, type FrameFormat } from '../base/frame-format.ts';
import type { Frame, FrameIntake, FrameSlot, MemoryArea } from '../base/frame.ts';
import { grayFormat, PICTURE_FORMAT } from '../base/gray-format.ts';
import type { LevelsReport } from '../base/levels-report.ts';
import type { LevelsSettings } from '../config/config.ts';
import { Levels } from '../levels/levels.ts';
import { MarkedPictures, type MarkedPlane } from '../levels/marks/marked-pictures.ts';
import { markedRowBytes, markPlane } from '../levels/marks/mark-plane.ts';
import { FrameSlots } from '../os/frame-slots.ts';
import type { Picture } from '../os/pipe-sink.ts';
import { SlotIntake } from '../os/slot-intake.ts';
import type { MoverSettings } from './protocol.ts';

/** How frames of one format get into their memory, and what ffmpeg is given of it. */
interface Pictures {
  readonly slots: FrameSlots;
  /** Of a picture as ffmpeg gets it. */
  readonly sizeBytes: number;
  intake(slot: FrameSlot): FrameIntake;
  areas(slot: FrameSlot): readonly MemoryArea[];
  configure(settings: LevelsSettings): void;
  close(): void;
}

/** The memory of all frames of one format: what they are read into, and what is handed to ffmpeg. */
export class FrameMemory {
  readonly format: FrameFormat;
  readonly #pictures: Pictures;
  readonly #marks: MarkedPictures | undefined;

  /** Throws where there is no memory. */
  constructor(
    settings: MoverSettings,
    private readonly clock: Clock,
    emit: Emit<MoverEvent>,
  ) {
    this.format = settings.format;
    this.#pictures = picturesOf(settings, clock, emit);
    const plane = markedPlane(settings.format);
    this.#marks = plane && new MarkedPictures(plane, marksOf(settings));
  }

  get slots(): FrameSlots {
    return this.#pictures.slots;
  }

  /** Of a picture as ffmpeg gets it. */
  get sizeBytes(): number {
    return this.#pictures.sizeBytes;
  }

  /** Other levels and marks are in force from the next frame on. */
  configure(settings: MoverSettings): void {
    this.#pictures.configure(settings.levels);
    this.#marks?.configure(marksOf(settings));
  }

  /** Takes in the frame that this slot is for. */
  intake(slot: FrameSlot): FrameIntake {
    return this.#pictures.intake(slot);
  }

  /** What ffmpeg gets of the frame at this time. */
  picture(frame: Frame): Picture {
    const picture = this.unmarked(frame);
    return this.#marks?.marked(frame, picture, this.clock.nowNs()) ?? picture;
  }

  /** The same without marks. */
  unmarked({ pixels }: Frame): Picture {
    const { slots } = this.#pictures;
    return {
      areas: this.#pictures.areas(pixels),
      hold: (pipe, endBytes) => slots.putInto(pipe, pixels, endBytes),
    };
  }

  /** Gives all of it back. */
  close(): void {
    this.#pictures.close();
    this.#marks?.close();
  }
}

function picturesOf({ format, levels }: MoverSettings, clock: Clock, emit: Emit<MoverEvent>): Pictures {
  const gray = grayFormat(format.pixelFormat);
  if (!gray) return rawPictures(format);
  const onReport = (report: LevelsReport) => emit({ kind: 'levels', levels: report });
  return new Levels({ format, gray, settings: levels, clock, onReport });
}

/** What ffmpeg converts is handed over as it is. */
function rawPictures({ sizeBytes }: FrameFormat): Pictures {
  const slots = new FrameSlots(sizeBytes);
  return {
    slots,
    sizeBytes,
    intake: (slot) => new SlotIntake(slot),
    areas: (slot) => [slot],
    configure() {},
    close: () => slots.close(),
  };
}

/** Where marks are drawn; undefined for formats in which they cannot be. */
function markedPlane(format: FrameFormat): MarkedPlane | undefined {
  const { widthPx, heightPx } = format;
  const isGray = grayFormat(format.pixelFormat) !== undefined;
  const pixelFormat = isGray ? PICTURE_FORMAT : format.pixelFormat;
  const plane = markPlane(pixelFormat);
  if (!plane) return undefined;
  const rowPx = isGray ? encodedSize(format).widthPx : widthPx;
  return { widthPx, heightPx, rowBytes: markedRowBytes(pixelFormat, plane, rowPx), plane };
}

function marksOf({ levels, source }: MoverSettings) {
  return { overlay: levels.overlay, name: source.stream };
}
