import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs ffmpeg and waits for it. Throws with its last words if it fails. */
export async function runFfmpeg(args: readonly string[]): Promise<void> {
  const ffmpeg = Bun.spawn(['ffmpeg', '-hide_banner', '-nostdin', '-y', '-v', 'error', ...args], {
    stdout: 'ignore',
    stderr: 'pipe',
  });
  const [words, exitCode] = await Promise.all([ffmpeg.stderr.text(), ffmpeg.exited]);
  if (exitCode !== 0) throw new Error(`ffmpeg exited ${exitCode}: ${words}`);
}

/** An empty directory that is removed when its owner's scope ends. */
export async function temporaryDirectory(): Promise<{ path(name: string): string } & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), 'test-picture-'));
  return {
    path: (name) => join(directory, name),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** ffmpeg's arguments that read `file` as raw frames. */
export function rawInput(pixelFormat: string, widthPx: number, heightPx: number, file: string): string[] {
  const size = `${widthPx}x${heightPx}`;
  return [
    '-f',
    'rawvideo',
    '-pixel_format',
    pixelFormat,
    '-video_size',
    size,
    '-framerate',
    '24',
    '-i',
    file,
  ];
}

/** ffmpeg's arguments that write raw frames of `pixelFormat` to `file`. */
export function rawOutput(pixelFormat: string, file: string): string[] {
  return ['-f', 'rawvideo', '-pix_fmt', pixelFormat, file];
}

/** The bytes of a file. */
export async function readBytes(file: string): Promise<Uint8Array> {
  return Bun.file(file).bytes();
}
