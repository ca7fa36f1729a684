import { readdirSync } from 'node:fs';
import type { Folder } from './folder.ts';
import { script } from './script.ts';
import { until } from './until.ts';

/** ffmpeg's own account at its end, which only its report has. */
const MUXED = /Output stream #0:0 \(video\): .*?(\d+) packets muxed/;

/** The program also tries ffmpeg out, with input of another kind. */
const FRAMES_IN = '-i pipe:0 ';

/** An ffmpeg that writes down how many pictures it has made, so that nobody has to believe the program. */
export class MadePictures {
  /** What stands in for ffmpeg. */
  readonly ffmpeg: string;

  constructor(private readonly folder: Folder) {
    const body = `FFREPORT="file=${folder.file('made-$$.log')}:level=40" exec ffmpeg "$@"`;
    this.ffmpeg = script(folder, 'counting-ffmpeg', body);
  }

  /** Waits for the accounts of so many that have encoded. @returns the pictures of all together; one that was killed has none */
  async count(encoders: number): Promise<number> {
    let counts: readonly number[] = [];
    const areAll = async () => (counts = await this.#counts()).length >= encoders;
    await until(areAll, `accounts of ${encoders} that have encoded`);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async #counts(): Promise<number[]> {
    const names = readdirSync(this.folder.path).filter((name) => /^made-\d+\.log$/.test(name));
    const reports = await Promise.all(names.map((name) => Bun.file(this.folder.file(name)).text()));
    return reports.flatMap((report) => {
      const [, count] = report.includes(FRAMES_IN) ? (MUXED.exec(report) ?? []) : [];
      return count === undefined ? [] : [Number(count)];
    });
  }
}
