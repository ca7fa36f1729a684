import { mkdirSync } from 'node:fs';
import { SrtReceiver } from '../../support/receiver.ts';
import type { BenchStage } from '../bench-stage.ts';
import { LinkProgram, SRT_LATENCY_MS } from '../link/link-program.ts';
import { readUsage } from '../process-usage.ts';
import { measureWindow, type Window } from '../window.ts';
import { pairedDifference, type Difference } from './noise.ts';

export interface CostDurations {
  /** Without and with a recorder: the runtime compiles the code meanwhile. */
  readonly warmUpS: number;
  readonly settleS: number;
  readonly measureS: number;
  /** Pairs of windows. */
  readonly rounds: number;
}

/** What a recorder costs the program; CPU in percent of one core. */
export interface CostOutcome {
  readonly withCpu: readonly number[];
  readonly withoutCpu: readonly number[];
  readonly moreCpu: Difference;
  /** Memory before there was ever a recorder, and at the end of the last window with one. */
  readonly beforeMib: number;
  readonly withMib: number;
  /** Of the stream. */
  readonly megabitsPerS: number;
  readonly windows: readonly Window[];
  readonly complaints: readonly string[];
}

const READ_AGAIN = /settings read again/;
const RECORDING = / recording to \S+(?: again)?(?: \(|$)/;

/**
 * One program, in one session, whose recorder comes and goes by reload: what differs from one process to another is in no
 * figure.
 */
export async function measureRecorderCost(stage: BenchStage, durations: CostDurations): Promise<CostOutcome> {
  await using run = new AsyncDisposableStack();
  const path = stage.folder.file('cost.ts');
  const receiver = run.use(await SrtReceiver.start(path, { parameters: `latency=${SRT_LATENCY_MS}` }));
  const program = run.use(await LinkProgram.start(stage, { sender: 'ours', destination: receiver.address }));
  const recorder = new Switch(stage, program);
  await program.begin();
  await stage.pause(durations.warmUpS);
  const beforeMib = readUsage(program.pid).residentMib;
  await recorder.turn(true);
  await stage.pause(durations.warmUpS);
  const [fromMs, fromBytes] = [performance.now(), receiver.sizeBytes];
  const windows = { on: new Array<Window>(), off: new Array<Window>() };
  for (let round = 0; round < durations.rounds; round += 1) {
    // Who is first changes, so that a machine that gets slower and slower favours nobody.
    for (const isOn of round % 2 === 0 ? [true, false] : [false, true]) {
      await recorder.turn(isOn);
      await stage.pause(durations.settleS);
      windows[isOn ? 'on' : 'off'].push(await measureWindow(stage, program.pid, durations.measureS));
    }
  }
  const megabitsPerS = ((receiver.sizeBytes - fromBytes) * 8) / (performance.now() - fromMs) / 1000;
  await program.stop();
  const [withCpu, withoutCpu] = [windows.on.map(cpuPercent), windows.off.map(cpuPercent)];
  return {
    withCpu,
    withoutCpu,
    moreCpu: pairedDifference(withCpu, withoutCpu),
    beforeMib,
    withMib: windows.on.at(-1)?.residentMib ?? Number.NaN,
    megabitsPerS,
    windows: [...windows.on, ...windows.off],
    complaints: program.complaints,
  };
}

/** Has a program that streams record, or no more. */
class Switch {
  #isOn = false;
  readonly #folder: string;

  constructor(
    private readonly stage: BenchStage,
    private readonly program: LinkProgram,
  ) {
    this.#folder = stage.folder.file('cost-recordings');
    mkdirSync(this.#folder, { recursive: true });
  }

  async turn(isOn: boolean): Promise<void> {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    const { program } = this.program;
    const awaited = isOn ? RECORDING : READ_AGAIN;
    const nth = program.count(awaited) + 1;
    this.program.reload(isOn ? { RECORD: this.#folder } : {});
    await this.stage.unlessStopped(program.line(awaited, { nth }));
  }
}

function cpuPercent({ cpuMs, startMs, endMs }: Window): number {
  return (cpuMs / (endMs - startMs)) * 100;
}
