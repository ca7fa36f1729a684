/** ffmpeg answers a question in well under a second; a machine under load gets its time. */
const ANSWER_LIMIT_MS = 30_000;

/** What a short run of ffmpeg gave; `exitCode` is null where it was killed for taking too long. */
export interface FfmpegAnswer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

/** Runs ffmpeg to its end with nothing on its input; throws the system's error where it cannot be started. */
export async function runFfmpeg(ffmpeg: string, args: readonly string[]): Promise<FfmpegAnswer> {
  const child = Bun.spawn([ffmpeg, '-hide_banner', '-nostdin', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: ANSWER_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { stdout, stderr, exitCode: child.exitCode };
}
