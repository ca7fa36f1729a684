import { freeUdpPort } from '../../support/ports.ts';
import type { BenchStage } from '../bench-stage.ts';
import { percentile, spreadOf, type Spread } from '../statistics.ts';
import { LinkProgram, SRT_LATENCY_MS } from './link-program.ts';
import { measureWindow, type SenderWindow, type WindowDurations } from './sender-windows.ts';
import { SENDERS, type Sender } from './sender.ts';

/** What came of one sender. */
export interface SenderOutcome {
  readonly sender: Sender;
  readonly windows: readonly SenderWindow[];
  /** Of all windows together. */
  readonly delay: Spread;
  readonly pictures: number;
  /** Medians of the windows. */
  readonly cpuPercent: number;
  readonly residentMib: number;
  readonly complaints: readonly string[];
}

export interface CompareDurations extends WindowDurations {
  /** Of each sender, once: the runtime compiles the code meanwhile. */
  readonly warmUpS: number;
  readonly rounds: number;
}

interface Contender {
  readonly program: LinkProgram;
  readonly port: number;
  readonly windows: SenderWindow[];
}

/** Measures both senders in turn, window by window, so that whatever else the machine does hits both of them. */
export async function compareSenders(
  stage: BenchStage,
  durations: CompareDurations,
): Promise<SenderOutcome[]> {
  await using run = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const sender of SENDERS) {
    const port = await freeUdpPort();
    const destination = `srt://127.0.0.1:${port}?latency=${SRT_LATENCY_MS * 1000}`;
    const program = run.use(await LinkProgram.start(stage, { sender, destination }));
    contenders.push({ program, port, windows: [] });
  }
  for (const { program, port } of contenders) {
    await measureWindow(stage, program, port, { settleS: 0, measureS: durations.warmUpS });
  }
  for (let round = 0; round < durations.rounds; round += 1) {
    // Who is first changes, so that a machine that gets slower and slower favours nobody.
    for (const { program, port, windows } of round % 2 === 0 ? contenders : contenders.toReversed()) {
      windows.push(await measureWindow(stage, program, port, durations));
    }
  }
  return contenders.map(outcome);
}

function outcome({ program, windows }: Contender): SenderOutcome {
  const median = (figure: 'cpuPercent' | 'residentMib') =>
    percentile(
      windows.map((window) => window[figure]),
      50,
    );
  const delaysMs = windows.flatMap((window) => window.delaysMs);
  return {
    sender: program.sender,
    windows,
    delay: spreadOf(delaysMs),
    pictures: delaysMs.length,
    cpuPercent: median('cpuPercent'),
    residentMib: median('residentMib'),
    complaints: [...program.complaints, ...windows.flatMap(({ complaints }) => complaints)],
  };
}
