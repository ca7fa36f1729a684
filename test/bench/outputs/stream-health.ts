import type { SrtReceiver } from '../../support/receiver.ts';
import { watchVideo } from '../../support/watched-video.ts';
import { parseLine, parseReport } from '../../soak/program-lines.ts';
import type { PictureTime } from '../../support/picture-times.ts';
import type { LinkProgram } from '../link/link-program.ts';
import { longestPauseMs } from '../link/picture-delays.ts';
import { wrongFrames } from '../link/wrong-frames.ts';

/** Whether a stream was well for the whole time, at a receiver. */
export interface StreamHealth {
  readonly pictures: number;
  readonly wrongFrames: number;
  /** The longest time without a picture. */
  readonly longestPauseMs: number;
  /** By the program's own account. */
  readonly lateTicks: number;
  /** Connections beside the one that it needs. */
  readonly reconnects: number;
  readonly words: string;
  /** What others than this benchmark took of one core meanwhile: they hold up a stream, too. */
  readonly othersCpuPercent: number;
}

/** Connections and their clocks settle meanwhile. */
const SETTLING_PICTURES = 24;

/**
 * Looks at what came, once program and receiver have stopped.
 * @returns with the number that each picture shows
 */
export async function streamHealth(program: LinkProgram, receiver: SrtReceiver, othersCpuPercent: number) {
  const { lines } = program.program;
  const { numbers, words } = await watchVideo(receiver.path);
  const health: StreamHealth = {
    pictures: numbers.length,
    wrongFrames: wrongFrames(numbers, lines),
    longestPauseMs: settledPauseMs(receiver.pictures),
    lateTicks: lateTicks(lines),
    reconnects: receiver.acceptedMs.length - 1,
    words,
    othersCpuPercent,
  };
  return { health, numbers };
}

/** Of all reports together; NaN where there was none. */
export function lateTicks(lines: readonly string[]): number {
  const reports = lines.flatMap((line) => parseReport(parseLine(line)?.text ?? '') ?? []);
  return reports.length === 0 ? Number.NaN : reports.reduce((sum, report) => sum + report.lateTicks, 0);
}

/** The longest time from one picture to the next once the stream has settled; NaN where it has not. */
export function settledPauseMs(pictures: readonly PictureTime[]): number {
  const settled = pictures.slice(SETTLING_PICTURES);
  return longestPauseMs(settled, settled[0]?.firstMs ?? Number.NaN);
}
