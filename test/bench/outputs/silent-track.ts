import { freeUdpPort } from '../../support/ports.ts';
import type { BenchStage } from '../bench-stage.ts';
import { LinkProgram, SRT_LATENCY_MS } from '../link/link-program.ts';
import { measureInTurns, receivedPath, type Contender, type TurnDurations } from '../link/sender-windows.ts';
import { percentile, spreadOf, type Spread } from '../statistics.ts';
import { pairedDifference, type Difference } from './noise.ts';
import { trackBitsPerS } from './track-rate.ts';

/** What the video is like with a silent track, or without one. */
interface VideoDelay {
  readonly name: 'silent' | 'none';
  readonly pictures: number;
  /** From XADD to the last byte of the picture at the receiver. */
  readonly delay: Spread;
  /** Of each window. */
  readonly mediansMs: readonly number[];
  readonly p99sMs: readonly number[];
  readonly othersCpuPercent: readonly number[];
  readonly complaints: readonly string[];
}

export interface SilentOutcome {
  /** Of all tracks beside the video that came, with all headers. */
  readonly bitsPerS: readonly number[];
  readonly delays: readonly VideoDelay[];
  /** With the track less without it, of the windows' medians and 99th percentiles. */
  readonly moreMedianMs: Difference;
  readonly moreP99Ms: Difference;
}

const NAMES = ['none', 'silent'] as const;

/** Two programs in turn, of which one adds a silent track. */
export async function measureSilentTrack(
  stage: BenchStage,
  durations: TurnDurations,
): Promise<SilentOutcome> {
  await using run = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const name of NAMES) {
    const port = await freeUdpPort();
    const destination = `srt://127.0.0.1:${port}?latency=${SRT_LATENCY_MS * 1000}`;
    const parts = { sender: 'ours', name, destination, settings: { AUDIO: name } } as const;
    contenders.push({ program: run.use(await LinkProgram.start(stage, parts)), port, windows: [] });
  }
  await measureInTurns(stage, contenders, durations);
  const [none, silent] = NAMES.map((name, index) => videoDelay(name, contenders[index]?.windows ?? []));
  const received = contenders.at(-1)?.program;
  if (!none || !silent || !received) throw new Error('one of the two programs was not measured');
  const bytes = await Bun.file(receivedPath(stage, received)).bytes();
  return {
    bitsPerS: [...trackBitsPerS(bytes).values()],
    delays: [none, silent],
    moreMedianMs: pairedDifference(silent.mediansMs, none.mediansMs),
    moreP99Ms: pairedDifference(silent.p99sMs, none.p99sMs),
  };
}

function videoDelay(name: VideoDelay['name'], windows: Contender['windows']): VideoDelay {
  const delaysMs = windows.flatMap((window) => window.delaysMs);
  return {
    name,
    pictures: delaysMs.length,
    delay: spreadOf(delaysMs),
    mediansMs: windows.map((window) => percentile(window.delaysMs, 50)),
    p99sMs: windows.map((window) => percentile(window.delaysMs, 99)),
    othersCpuPercent: windows.map(({ cost }) => cost.othersCpuPercent),
    complaints: windows.flatMap(({ complaints }) => complaints),
  };
}
