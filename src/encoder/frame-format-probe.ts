import { codeOf, ConfigError, EncoderError, messageOf } from '../base/errors.ts';
import type { Failure } from '../base/failure.ts';
import type { FrameFormat } from '../base/frame-format.ts';
import { signalInWords } from './failure.ts';
import { ANSWER_LIMIT_MS, runFfmpeg, type FfmpegAnswer } from './run-ffmpeg.ts';

/** Troubles of the machine, not of the settings: no memory, no process more, libraries that are being updated. */
const PASSING_TROUBLE =
  /Cannot allocate memory|Resource temporarily unavailable|Too many open files|error while loading shared libraries/;
/** Codes of errors by which the system says that a path is no program; any other trouble with starting one may pass. */
const NO_PROGRAM = new Set(['ENOENT', 'EACCES', 'ENOEXEC', 'ENOTDIR', 'EISDIR', 'ELOOP', 'EPERM']);

/**
 * Asks ffmpeg how many bytes a frame has: it makes one in that format and size, says the size of the packet, and converts
 * it as it will have to. Takes about 0.1 s. Rejects with a `ConfigError` if there is no such ffmpeg or it does not take the
 * format as raw video, with an `EncoderError` if it does not answer, or could not for a reason that passes, and with the
 * reason of `signal` when that aborts: ffmpeg is killed then.
 */
export async function probeFrameFormat(
  ffmpeg: string,
  wanted: Pick<FrameFormat, 'pixelFormat' | 'widthPx' | 'heightPx'>,
  signal?: AbortSignal,
): Promise<FrameFormat> {
  const { pixelFormat, widthPx, heightPx } = wanted;
  const graph = `nullsrc=size=${widthPx}x${heightPx},format=${pixelFormat},split[raw][seen];[seen]format=yuv420p[shown]`;
  const args = [
    ['-loglevel', 'error', '-filter_complex', graph],
    ['-map', '[raw]', '-frames:v', '1', '-f', 'framecrc', 'pipe:1'],
    ['-map', '[shown]', '-frames:v', '1', '-f', 'null', '-'],
  ].flat();
  const answer = await ask(ffmpeg, args, signal);
  const trouble = passingTrouble(answer);
  if (trouble) {
    throw new EncoderError({
      ...trouble,
      text: `${ffmpeg} could not say the size of a frame${trouble.text}`,
    });
  }
  const sizeBytes = packetSizeBytes(answer);
  if (sizeBytes === undefined) {
    throw new ConfigError([
      `COSMOS_VIDEO_FORMAT is "${pixelFormat}": this ffmpeg does not take it as raw video of ${widthPx}x${heightPx}; ` +
        `allowed are the formats marked with I in the list of ${ffmpeg} -pix_fmts${quoted(answer)}`,
    ]);
  }
  return { pixelFormat, widthPx, heightPx, sizeBytes };
}

async function ask(ffmpeg: string, args: readonly string[], signal?: AbortSignal): Promise<FfmpegAnswer> {
  try {
    return await runFfmpeg(ffmpeg, args, signal);
  } catch (error) {
    signal?.throwIfAborted();
    const reason = messageOf(error);
    if (!NO_PROGRAM.has(codeOf(error) ?? '')) {
      const text = `${ffmpeg} cannot be started at present (${reason})`;
      throw new EncoderError({ code: 'ffmpeg-not-started', text });
    }
    throw new ConfigError([
      `COSMOS_VIDEO_FFMPEG is "${ffmpeg}": it cannot be run (${reason}); install it (apt install ffmpeg) or set its path`,
    ]);
  }
}

/** @returns what kept ffmpeg from answering and has nothing to do with the settings; its text is the end of a sentence */
function passingTrouble(answer: FfmpegAnswer): Failure | undefined {
  const { end } = answer;
  switch (end.kind) {
    case 'late':
      return { code: 'ffmpeg-stalled', text: `: no answer within ${ANSWER_LIMIT_MS / 1000} s` };
    case 'signal': {
      const text = `: it was killed by signal ${signalInWords(end.signal)}`;
      return { code: 'ffmpeg-killed', text, signal: end.signal };
    }
    case 'exit':
      return end.status !== 0 && PASSING_TROUBLE.test(answer.stderr)
        ? { code: 'ffmpeg-other', text: quoted(answer), exitStatus: end.status }
        : undefined;
  }
}

/** Column 5 of framecrc's data line is the packet's size in bytes (libavformat/framecrcenc.c). */
function packetSizeBytes({ end, stdout }: FfmpegAnswer): number | undefined {
  if (end.kind !== 'exit' || end.status !== 0) return undefined;
  const line = stdout.split('\n').find((text) => text.startsWith('0,'));
  const size = Number(line?.split(',')[4]?.trim());
  return Number.isSafeInteger(size) && size > 0 ? size : undefined;
}

function quoted({ stderr }: FfmpegAnswer): string {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  return line === '' ? '' : ` (ffmpeg: ${line})`;
}
