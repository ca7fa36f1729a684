import { assertIsProgram, signalFfmpeg, spawnFfmpeg } from './spawn-ffmpeg.ts';

/** ffmpeg answers a question in well under a second; a machine under load gets its time. */
export const ANSWER_LIMIT_MS = 30_000;

/** What a short run of ffmpeg gave. */
export interface FfmpegAnswer {
  readonly stdout: string;
  readonly stderr: string;
  readonly end:
    | { readonly kind: 'exit'; readonly status: number }
    | { readonly kind: 'signal'; readonly signal: NodeJS.Signals | number }
    /** It was killed by us, for taking longer than `ANSWER_LIMIT_MS`. */
    | { readonly kind: 'late' };
}

/**
 * Runs ffmpeg to its end with nothing on its input. Throws the system's error where it cannot be started, and the reason
 * of `signal` when that aborts, by which it is killed.
 */
export async function runFfmpeg(
  ffmpeg: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<FfmpegAnswer> {
  signal?.throwIfAborted();
  const child = spawnFfmpeg(ffmpeg, ['-hide_banner', '-nostdin', ...args], 'ignore');
  let isLate = false;
  const kill = () => signalFfmpeg(child, 'SIGKILL');
  const limit = setTimeout(() => {
    isLate = true;
    kill();
  }, ANSWER_LIMIT_MS);
  signal?.addEventListener('abort', kill, { once: true });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  clearTimeout(limit);
  signal?.removeEventListener('abort', kill);
  signal?.throwIfAborted();
  if (child.exitCode !== 0 && child.exitCode !== null) assertIsProgram(ffmpeg);
  return { stdout, stderr, end: isLate ? { kind: 'late' } : endOf(child) };
}

function endOf({ exitCode, signalCode }: Bun.Subprocess): FfmpegAnswer['end'] {
  return signalCode === null
    ? { kind: 'exit', status: exitCode ?? 0 }
    : { kind: 'signal', signal: signalCode };
}
