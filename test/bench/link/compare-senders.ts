import { freeUdpPort } from '../../support/ports.ts';
import type { BenchStage } from '../bench-stage.ts';
import { percentile, spreadOf, type Spread } from '../statistics.ts';
import { LinkProgram, SRT_LATENCY_MS } from './link-program.ts';
import { measureInTurns, type Contender, type SenderWindow, type TurnDurations } from './sender-windows.ts';
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

/** Measures both senders in turn. */
export async function compareSenders(stage: BenchStage, durations: TurnDurations): Promise<SenderOutcome[]> {
  await using run = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const sender of SENDERS) {
    const port = await freeUdpPort();
    const destination = `srt://127.0.0.1:${port}?latency=${SRT_LATENCY_MS * 1000}`;
    const program = run.use(await LinkProgram.start(stage, { sender, destination }));
    contenders.push({ program, port, windows: [] });
  }
  await measureInTurns(stage, contenders, durations);
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
