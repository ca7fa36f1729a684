import { mkdirSync, rmSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Random } from '../../support/random.ts';
import { SrtReceiver } from '../../support/receiver.ts';
import { watchVideo } from '../../support/watched-video.ts';
import type { BenchStage } from '../bench-stage.ts';
import { LinkProgram, RATE_FPS, SRT_LATENCY_MS } from '../link/link-program.ts';
import { faultsOfAll, finalPath, packetFaults, segmentsIn } from './segments.ts';

/** What one SIGKILL has cost. */
interface KillOutcome {
  /** From the recorder's word that it records to the kill. */
  readonly afterS: number;
  /** The number of the last picture that an SRT receiver on loopback got, and the last one that was recorded. */
  readonly lastReceived: number;
  readonly lastRecorded: number;
  /** What is missing at the end of the recording. */
  readonly shortS: number;
  /** The last segment was an unfinished one, and has no final name after the next start. */
  readonly isLeft: boolean;
}

/** All kills together. */
export interface KillsOutcome {
  readonly seed: number;
  readonly kills: readonly KillOutcome[];
  /** Finished before their kill, or at the program's end. */
  readonly segments: number;
  readonly faults: readonly string[];
}

/** What is left behind by a kill. */
interface Left {
  readonly afterS: number;
  readonly lastReceived: number;
  /** The segment that was written, or else the last one that was finished. */
  readonly last: string;
  /** Those that were finished in the time of this program. */
  readonly finished: readonly string[];
}

/** Moments that have turned out well are tried again; another number tries others. */
const SEED = 11;
/** Long enough for some segments, and over more than one of them at random. */
const AFTER_S = { least: 1, most: 7 } as const;
const SETTINGS = { RECORD_SEGMENT: '2' } as const;
const RECORDING = / recording to \S+(?: again)?(?: \(|$)/;

/** Kills the program so many times while it records, and looks each time at what the next start makes of it. */
export async function measureKills(stage: BenchStage, count: number): Promise<KillsOutcome> {
  const random = new Random(SEED);
  const folder = stage.folder.file('killed-recordings');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const kills: KillOutcome[] = [];
  const faults: string[] = [];
  let segments = 0;
  let left: Left | undefined;
  for (let round = 0; round <= count; round += 1) {
    await stage.clear();
    await using started = await Started.open(stage, folder);
    // The first thing that it does is to finish what was left.
    if (left) kills.push(await judged(left));
    left = round < count ? await started.kill(random.between(AFTER_S.least, AFTER_S.most)) : undefined;
    const finished = left?.finished ?? (await started.stop());
    segments += finished.length;
    faults.push(...(await faultsOfAll(finished)));
  }
  return { seed: SEED, kills, segments, faults };
}

async function judged({ afterS, lastReceived, last }: Left): Promise<KillOutcome> {
  const path = finalPath(last);
  const isLeft = !(await Bun.file(path).exists());
  if (isLeft) {
    return { afterS, lastReceived, lastRecorded: Number.NaN, shortS: Number.NaN, isLeft };
  }
  const [fault] = packetFaults(await Bun.file(path).bytes());
  if (fault !== undefined) throw new Error(`the segment that was finished afterwards, ${path}: ${fault}`);
  const lastRecorded = await lastNumber(path);
  return { afterS, lastReceived, lastRecorded, shortS: (lastReceived - lastRecorded) / RATE_FPS, isLeft };
}

/** A program that records, and a receiver beside it. */
class Started implements AsyncDisposable {
  private constructor(
    private readonly stage: BenchStage,
    private readonly folder: string,
    private readonly program: LinkProgram,
    private readonly receiver: SrtReceiver,
    private readonly run: AsyncDisposableStack,
    /** What lay there when it began to record. */
    private readonly before: ReadonlySet<string>,
  ) {}

  static async open(stage: BenchStage, folder: string): Promise<Started> {
    await using run = new AsyncDisposableStack();
    const path = stage.folder.file('before-kill.ts');
    const receiver = run.use(await SrtReceiver.start(path, { parameters: `latency=${SRT_LATENCY_MS}` }));
    const settings = { ...SETTINGS, RECORD: folder };
    const parts = { sender: 'ours', destination: receiver.address, settings } as const;
    const program = run.use(await LinkProgram.start(stage, parts));
    await program.begin();
    await stage.unlessStopped(program.program.line(RECORDING));
    const before = new Set(segmentsIn(folder).finished);
    return new Started(stage, folder, program, receiver, run.move(), before);
  }

  async kill(afterS: number): Promise<Left> {
    await this.stage.pause(afterS);
    await this.program.kill();
    // What is on its way, and what the receiver holds back.
    await setTimeout(2 * SRT_LATENCY_MS);
    await this.receiver.stop();
    const last = segmentsIn(this.folder).unfinished.at(-1) ?? segmentsIn(this.folder).finished.at(-1);
    if (last === undefined) throw new Error(`nothing was recorded within ${afterS} s`);
    const lastReceived = await lastNumber(this.receiver.path);
    return { afterS, lastReceived, last, finished: this.#finished() };
  }

  /** @returns what it has finished */
  async stop(): Promise<readonly string[]> {
    await this.program.stop();
    return this.#finished();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run[Symbol.asyncDispose]();
  }

  #finished(): string[] {
    return segmentsIn(this.folder).finished.filter((path) => !this.before.has(path));
  }
}

/** Of the last picture that can be read; NaN where there is none. */
async function lastNumber(path: string): Promise<number> {
  const { numbers } = await watchVideo(path);
  return numbers.findLast((number) => number !== undefined) ?? Number.NaN;
}
