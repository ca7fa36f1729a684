import { readFileSync } from 'node:fs';
import { EncoderError } from '../base/errors.ts';
import { F_SETFL, F_SETPIPE_SZ, libc, O_CLOEXEC, O_NONBLOCK, pinned } from './libc.ts';

/** As much as a pipe may hold without privilege by default: a large frame then takes few turns. */
const PIPE_BYTES = 1_048_576;
/** What the system allows, where it has been set lower (pipe(7)). */
const PIPE_LIMIT_PATH = '/proc/sys/fs/pipe-max-size';

interface Pipe {
  readonly readFd: number;
  readonly writeFd: number;
}

/**
 * A pipe for frames, as large as is allowed up to 1 MiB; the caller closes both ends. The read end blocks, as ffmpeg expects; the
 * write end, which is ours, does not. Throws an `EncoderError`.
 */
export function makePipe(): Pipe {
  const pipe = makeLargePipe();
  libc.fcntl(pipe.writeFd, F_SETFL, O_NONBLOCK);
  return pipe;
}

/**
 * A pipe for the video of ffmpeg, as large: it goes on encoding while this program is held up. The caller closes both ends. Both
 * block, as ffmpeg expects of the end that it writes into. Throws an `EncoderError`.
 */
export function makeVideoPipe(): Pipe {
  return makeLargePipe();
}

function makeLargePipe(): Pipe {
  const ends = pinned(8);
  if (libc.pipe2(ends.address, O_CLOEXEC) < 0) {
    const text = 'no pipe to ffmpeg can be made: too many open files?';
    throw new EncoderError({ code: 'ffmpeg-not-started', text });
  }
  const view = new DataView(ends.view.buffer);
  const [readFd, writeFd] = [view.getInt32(0, true), view.getInt32(4, true)];
  if (libc.fcntl(writeFd, F_SETPIPE_SZ, PIPE_BYTES) < 0) libc.fcntl(writeFd, F_SETPIPE_SZ, allowedBytes());
  return { readFd, writeFd };
}

/** 0, which the system refuses and the pipe stays as it is, where the limit cannot be read. */
function allowedBytes(): number {
  try {
    return Number(readFileSync(PIPE_LIMIT_PATH, 'utf8'));
  } catch {
    return 0;
  }
}
