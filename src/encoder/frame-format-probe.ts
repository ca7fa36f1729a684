import { ConfigError, EncoderError } from '../errors.ts';
import type { FrameFormat } from '../frame/frame-format.ts';
import { runFfmpeg, type FfmpegAnswer } from './run-ffmpeg.ts';

/** Troubles of the machine, not of the settings: no memory, no process more, libraries that are being updated. */
const PASSING_TROUBLE =
  /Cannot allocate memory|Resource temporarily unavailable|Too many open files|error while loading shared libraries/;
/** Codes of errors by which the system says that a path is no program; any other trouble with starting one may pass. */
const NO_PROGRAM = new Set(['ENOENT', 'EACCES', 'ENOEXEC', 'ENOTDIR', 'EISDIR', 'ELOOP', 'EPERM']);

/**
 * Asks ffmpeg how many bytes a frame has: it makes one in that format and size, says the size of the packet, and converts
 * it as it will have to. Takes about 0.1 s. Rejects with a `ConfigError` if there is no such ffmpeg or it does not take the
 * format as raw video, with an `EncoderError` if it does not answer, or could not for a reason that passes.
 */
export async function probeFrameFormat(
  ffmpeg: string,
  wanted: Pick<FrameFormat, 'pixelFormat' | 'widthPx' | 'heightPx'>,
): Promise<FrameFormat> {
  const { pixelFormat, widthPx, heightPx } = wanted;
  const graph = `nullsrc=size=${widthPx}x${heightPx},format=${pixelFormat},split[raw][seen];[seen]format=yuv420p[shown]`;
  const answer = await ask(ffmpeg, [
    ['-loglevel', 'error', '-filter_complex', graph],
    ['-map', '[raw]', '-frames:v', '1', '-f', 'framecrc', 'pipe:1'],
    ['-map', '[shown]', '-frames:v', '1', '-f', 'null', '-'],
  ]);
  if (answer.exitCode === null)
    throw new EncoderError(`${ffmpeg} did not say the size of a frame in time`, true);
  if (answer.exitCode !== 0 && PASSING_TROUBLE.test(answer.stderr))
    throw new EncoderError(`${ffmpeg} could not say the size of a frame${lastLineOf(answer)}`, false);
  const sizeBytes = packetSizeBytes(answer.stdout);
  if (answer.exitCode !== 0 || sizeBytes === undefined) {
    throw new ConfigError([
      `COSMOS_VIDEO_FORMAT is "${pixelFormat}": this ffmpeg does not take it as raw video of ${widthPx}x${heightPx}; ` +
        `allowed are the formats marked with I in the list of ${ffmpeg} -pix_fmts${lastLineOf(answer)}`,
    ]);
  }
  return { pixelFormat, widthPx, heightPx, sizeBytes };
}

async function ask(ffmpeg: string, args: readonly (readonly string[])[]): Promise<FfmpegAnswer> {
  try {
    return await runFfmpeg(ffmpeg, args.flat());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isNoProgram = error instanceof Error && 'code' in error && NO_PROGRAM.has(String(error.code));
    if (!isNoProgram) throw new EncoderError(`${ffmpeg} cannot be started at present (${reason})`, false);
    throw new ConfigError([
      `COSMOS_VIDEO_FFMPEG is "${ffmpeg}": it cannot be run (${reason}); install it (apt install ffmpeg) or set its path`,
    ]);
  }
}

/** Column 5 of framecrc's data line is the packet's size in bytes (libavformat/framecrcenc.c). */
function packetSizeBytes(framecrc: string): number | undefined {
  const line = framecrc.split('\n').find((text) => text.startsWith('0,'));
  const size = Number(line?.split(',')[4]?.trim());
  return Number.isSafeInteger(size) && size > 0 ? size : undefined;
}

function lastLineOf({ stderr }: FfmpegAnswer): string {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  return line === '' ? '' : ` (ffmpeg: ${line})`;
}
