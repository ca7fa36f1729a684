import type { Frame, FrameSlot, MemoryArea } from '../../base/frame.ts';
import { inMs } from '../../base/clock.ts';
import { MARKS, type Mark } from '../../config/config.ts';
import { FrameSlots } from '../../os/frame-slots.ts';
import { addressAt, libc, pinned, type Pinned } from '../../os/libc.ts';
import type { Picture } from '../../os/pipe-sink.ts';
import { drawMarks } from './draw-marks.ts';
import { markArea, mostMarkRows, type MarkArea } from './mark-area.ts';
import { markLines } from './mark-lines.ts';
import type { MarkPlane } from './mark-plane.ts';

/**
 * Pages are handed over of pictures of 256 KiB and more, of which a pipe of 1 MiB holds four; with the one that is being written
 * there are five strips that may not be touched.
 */
const STRIP_COUNT = 6;

/** The first plane of the pictures, in which marks are drawn. */
export interface MarkedPlane {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rowBytes: number;
  readonly plane: MarkPlane;
}

/** What is to be written on pictures. */
export interface MarkSettings {
  readonly overlay: readonly Mark[];
  /** Of the stream. */
  readonly name: string;
}

/**
 * Writes marks on pictures without touching them, since one that is repeated has other marks each time: the lines of the picture
 * that marks lie on are copied into a strip, which goes to ffmpeg in their place.
 */
export class MarkedPictures {
  /** Made when the first mark is drawn. */
  #strips: FrameSlots | undefined;
  /** Marks are drawn here, and copied into a strip: memory that only system calls reach. */
  #board: Pinned | undefined;
  #last: Frame | undefined;
  #newNs = 0n;

  constructor(
    private readonly plane: MarkedPlane,
    private settings: MarkSettings,
  ) {}

  /** Other marks are written from the next picture on. */
  configure(settings: MarkSettings): void {
    this.settings = settings;
  }

  /** The picture of a frame as it is sent now, with its marks. The one given begins with the plane. */
  marked(frame: Frame, picture: Picture, nowNs: bigint): Picture {
    // The first one may be as old as a source that has stopped; later ones were waited for, or wait in a backlog.
    if (!this.#last) this.#newNs = frame.writtenNs ?? nowNs;
    else if (frame !== this.#last) this.#newNs = nowNs;
    this.#last = frame;
    const { widthPx, heightPx } = this.plane;
    const area = markArea({ widthPx, heightPx, lines: this.#lines(frame, nowNs) });
    if (!area) return picture;
    const strips = (this.#strips ??= new FrameSlots(this.#stripBytes(), STRIP_COUNT));
    const strip = strips.acquire();
    if (!strip) return picture;
    this.#draw(picture, area, strip);
    strips.release(strip);
    return {
      areas: this.#areasWith(picture, area, strip),
      hold: (pipe, endBytes) => {
        picture.hold(pipe, endBytes);
        strips.putInto(pipe, strip, endBytes);
      },
    };
  }

  /** Gives the memory back. */
  close(): void {
    this.#strips?.close();
    this.#strips = undefined;
    this.#board = undefined;
  }

  #lines(frame: Frame, nowNs: bigint): string[] {
    const { writtenNs, id } = frame;
    return markLines({
      ...this.settings,
      frameTimeMs: writtenNs === undefined ? undefined : Number.parseInt(id, 10),
      ageMs: writtenNs === undefined ? undefined : inMs(nowNs - writtenNs),
      stillMs: inMs(nowNs - this.#newNs),
    });
  }

  #draw({ areas: [whole] }: Picture, area: MarkArea, strip: FrameSlot): void {
    const { rowBytes, plane } = this.plane;
    if (!whole) return;
    const from = addressAt(whole.address, area.firstRow * rowBytes);
    const board = (this.#board ??= pinned(strip.sizeBytes));
    const sizeBytes = area.rowCount * rowBytes;
    libc.memcpy(board.address, from, sizeBytes);
    drawMarks(board.view, rowBytes, plane, area);
    libc.memcpy(addressAt(strip.address, 0), board.address, sizeBytes);
  }

  #areasWith({ areas: [whole, ...others] }: Picture, area: MarkArea, strip: FrameSlot): MemoryArea[] {
    if (!whole) return [];
    const { rowBytes } = this.plane;
    const startBytes = area.firstRow * rowBytes;
    const sizeBytes = area.rowCount * rowBytes;
    const endBytes = startBytes + sizeBytes;
    const above = { address: whole.address, sizeBytes: startBytes };
    const below = { address: whole.address + endBytes, sizeBytes: whole.sizeBytes - endBytes };
    const marked = { address: strip.address, sizeBytes };
    return [above, marked, below, ...others].filter((each) => each.sizeBytes > 0);
  }

  #stripBytes(): number {
    return mostMarkRows(this.plane.heightPx, MARKS.length) * this.plane.rowBytes;
  }
}
