import type { Frame, MemoryArea } from '../base/frame.ts';
import { addressAt, libc } from '../os/libc.ts';
import { mapMemory } from '../os/mapped-memory.ts';
import type { PipeSink } from '../os/pipe-sink.ts';
import type { PollLoop } from '../os/poll-loop.ts';
import type { FrameMemory } from './frame-memory.ts';
import type { InputSink } from './session-sink.ts';

/** So much of a picture is copied at a time, which takes about a tenth of a millisecond: ticks that are due come in between. */
const PIECE_BYTES = 524_288;
/** The shortest wait that lets everybody on the loop go on who is due. */
const GIVE_WAY_NS = 1_000n;

/** Hands the pictures of frames to one ffmpeg. Owns the pipe into it. */
export class PictureSink implements InputSink {
  #warming: Promise<void> | undefined;

  constructor(
    private readonly memory: Pick<FrameMemory, 'picture' | 'unmarked'>,
    private readonly pipe: PipeSink,
    private readonly loop: Pick<PollLoop, 'pause'>,
  ) {}

  /** Rejects as the pipe does. */
  async write(frame: Frame): Promise<void> {
    if (this.#warming) await this.#warming;
    await this.pipe.write(this.memory.picture(frame));
  }

  /** Without marks: nobody sees it. Rejects as the pipe does. */
  async warm(frame: Frame): Promise<void> {
    this.#warming = this.#writeCopy(this.memory.unmarked(frame).areas);
    await this.#warming;
    this.#warming = undefined;
  }

  /** Resolves and rejects as that of the pipe. */
  untilRead(): Promise<void> {
    return this.pipe.untilRead();
  }

  finish(): Promise<void> {
    return this.pipe.finish();
  }

  close(): void {
    this.pipe.close();
  }

  /** Pages that the pipe has taken are its own: the kernel keeps them until they are read, whatever becomes of the memory. */
  async #writeCopy(areas: readonly MemoryArea[]): Promise<void> {
    const sizeBytes = areas.reduce((sum, area) => sum + area.sizeBytes, 0);
    const memory = mapMemory(sizeBytes);
    try {
      await this.#copy(areas, memory.address);
      await this.pipe.write({ areas: [{ address: memory.address, sizeBytes }], hold() {} });
    } finally {
      memory.unmap();
    }
  }

  /** The slot may get another frame meanwhile: the copy is then of both, and warms ffmpeg as well. */
  async #copy(areas: readonly MemoryArea[], to: number): Promise<void> {
    let doneBytes = 0;
    for (const { address, sizeBytes } of areas) {
      for (let offset = 0; offset < sizeBytes; offset += PIECE_BYTES) {
        // Whoever gives the frames' memory back has closed the pipe before.
        if (this.pipe.isClosed) return;
        const pieceBytes = Math.min(PIECE_BYTES, sizeBytes - offset);
        libc.memcpy(addressAt(to, doneBytes), addressAt(address, offset), pieceBytes);
        doneBytes += pieceBytes;
        await this.loop.pause(GIVE_WAY_NS);
      }
    }
  }
}
