import { commandOf } from '../../support/processes.ts';
import { childrenOf } from '../process-usage.ts';

/** The ffmpeg of a session. */
export interface FfmpegProcess {
  readonly pid: number;
  /** What it reads for each frame. */
  readonly frameBytes: number;
}

/** Bytes a pixel of what a program may hand over. */
const PIXEL_BYTES: Readonly<Record<string, number>> = { gray16be: 2, yuv420p: 1.5 };

/** The ffmpeg that reads frames from the program; throws where there is none. */
export function ffmpegOf(programPid: number): FfmpegProcess {
  for (const pid of childrenOf(programPid)) {
    const command = commandOf(pid);
    if (valueOf(command, '-i') === 'pipe:0') return { pid, frameBytes: frameBytes(command) };
  }
  throw new Error(`process ${programPid} has no ffmpeg that reads frames`);
}

/** The size of a frame by ffmpeg's own arguments. */
export function frameBytes(command: readonly string[]): number {
  const format = valueOf(command, '-pixel_format');
  const pixelBytes = PIXEL_BYTES[format];
  if (pixelBytes === undefined) throw new Error(`the benchmark does not know the size of ${format} frames`);
  const [widthPx = 0, heightPx = 0] = valueOf(command, '-video_size').split('x').map(Number);
  return widthPx * heightPx * pixelBytes;
}

/** What stands behind an option; nothing where it is not there. */
function valueOf(command: readonly string[], option: string): string {
  const at = command.indexOf(option);
  return at < 0 ? '' : (command[at + 1] ?? '');
}
