import { readFrameNumber } from '../../src/test-picture/frame-code.ts';

/** Runs a program to its end; throws with its words if it fails. */
export async function output(...command: string[]): Promise<Uint8Array> {
  const child = Bun.spawn(command, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [bytes, errors] = await Promise.all([child.stdout.bytes(), child.stderr.text(), child.exited]);
  if (child.exitCode !== 0) throw new Error(`${command[0]} exited with ${child.exitCode}: ${errors}`);
  return bytes;
}

/** What ffmpeg has to warn of when it decodes a video: nothing, at best. */
export async function decoderWords(path: string): Promise<string> {
  const command = ['ffmpeg', '-v', 'warning', '-nostdin', '-i', path, '-f', 'null', '-'];
  const decoder = Bun.spawn(command, { stdio: ['ignore', 'ignore', 'pipe'] });
  const [words] = await Promise.all([decoder.stderr.text(), decoder.exited]);
  return words.trim();
}

/** Decodes a video and reads the frame number out of every picture; undefined where it cannot be read. */
export async function frameNumbers(
  path: string,
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
): Promise<(number | undefined)[]> {
  const raw = ['-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'gray', '-'];
  const bytes = await output('ffmpeg', '-v', 'error', '-i', path, ...raw);
  const sizeBytes = widthPx * heightPx;
  return Array.from({ length: Math.floor(bytes.length / sizeBytes) }, (_, index) =>
    readFrameNumber(bytes.subarray(index * sizeBytes, (index + 1) * sizeBytes), widthPx, heightPx),
  );
}

/** What came of the frames of a source that numbers them one by one. */
export interface Analysis {
  readonly frames: number;
  readonly unique: number;
  readonly dup: number;
  /** Numbers between the first and the last one that never came. */
  readonly lost: number;
  readonly backwards: number;
  readonly unreadable: number;
  readonly steps: readonly number[];
}

export function analyse(numbers: readonly (number | undefined)[]): Analysis {
  const readable = numbers.filter((number) => number !== undefined);
  const steps = readable.slice(1).map((number, index) => number - (readable[index] ?? 0));
  const unique = new Set(readable).size;
  const first = readable[0] ?? 0;
  const last = readable.at(-1) ?? 0;
  return {
    frames: numbers.length,
    unique,
    dup: steps.filter((step) => step === 0).length,
    lost: readable.length === 0 ? 0 : last - first + 1 - unique,
    backwards: steps.filter((step) => step < 0).length,
    unreadable: numbers.length - readable.length,
    steps,
  };
}

/** ffprobe's words for entries of a file, one line each, as `name=value` pairs. */
export async function probe(path: string, ...options: string[]): Promise<string[]> {
  const bytes = await output('ffprobe', '-v', 'error', '-of', 'compact=p=0:nk=0', ...options, path);
  return new TextDecoder()
    .decode(bytes)
    .trim()
    .split('\n')
    .filter((line) => line !== '');
}

/** From each picture to the next, in ticks of 90 kHz. */
export async function ptsSteps(path: string): Promise<number[]> {
  const lines = await probe(path, '-select_streams', 'v', '-show_entries', 'packet=pts');
  const pts = lines.map((line) => Number(/pts=(\d+)/.exec(line)?.[1]));
  return pts.slice(1).map((value, index) => value - (pts[index] ?? Number.NaN));
}
