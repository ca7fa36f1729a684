import type { Frame, FrameSink } from '../base/frame.ts';
import type { PipeSink } from '../os/pipe-sink.ts';
import type { FrameMemory } from './frame-memory.ts';

/** Hands the pictures of frames to one ffmpeg. */
export class PictureSink implements FrameSink {
  constructor(
    private readonly memory: Pick<FrameMemory, 'picture'>,
    private readonly pipe: PipeSink,
  ) {}

  /** Rejects as the pipe does. */
  write(frame: Frame): Promise<void> {
    return this.pipe.write(this.memory.picture(frame));
  }
}
