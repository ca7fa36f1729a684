import { setTimeout } from 'node:timers/promises';
import type { LogLine } from './program-lines.ts';
import { parseLine } from './program-lines.ts';
import { begin } from './fault-actions.ts';
import { runFaults, type PastFault } from './fault-run.ts';
import { faultInWords } from './faults.ts';
import type { Phases, Sample } from './growth.ts';
import type { PlannedFault } from './plan.ts';
import type { Quota, Recorded } from './quota.ts';
import { Sampler } from './sampler.ts';
import type { SegmentDecoder } from './segments.ts';
import type { SegmentFile } from './soak-disk.ts';
import { SoakStage } from './soak-stage.ts';
import type { Written } from './accounts.ts';

/** How long each part of a run takes. */
export interface Lengths {
  readonly warmUpMs: number;
  /** Without faults, before and after them. */
  readonly calmBeforeMs: number;
  readonly calmAfterMs: number;
}

/** All that was seen of a run. Times are performance.now(), where nothing else is said. */
export interface SoakResult {
  readonly faults: readonly PastFault[];
  readonly phases: Phases;
  /** What is at this time of Date.now() at 0 of performance.now(). */
  readonly wallAtZeroMs: number;
  readonly lines: readonly LogLine[];
  /** What the program said that is no line of its log. */
  readonly otherLines: readonly string[];
  /** Why it did not come to the end; absent where it did. */
  readonly ended?: string;
  readonly exitStatus: number;
  readonly samples: readonly Sample[];
  readonly childrenLeft: readonly string[];
  readonly written: Written;
  readonly receivers: readonly { readonly name: string; readonly pictureMs: readonly number[] }[];
  readonly outputs: readonly { readonly name: string; readonly changedMs?: number }[];
  readonly recorded: readonly Recorded[];
  readonly quotas: readonly Quota[];
  /** What is in the folder, as long as the stage is there. */
  readonly segments: readonly SegmentFile[];
  readonly isOwnDisk: boolean;
}

/** Nothing is written any more for so long before the end, so that every frame is decided. */
const SOURCE_END_MS = 4_000;
const EXIT_LIMIT_MS = 20_000;
/** As long as a wait goes on without a look at whether there is sense in it. */
const LOOK_PERIOD_MS = 500;

/** The program has ended though nobody told it to. */
class ProgramEnded extends Error {
  override readonly name = 'ProgramEnded';
}

interface Surroundings {
  readonly decoder: SegmentDecoder;
  /** Aborts when the user does not want to go on. */
  readonly stop: AbortSignal;
  /** Takes a line for the user. */
  readonly print: (line: string) => void;
}

/** Runs a plan on a stage: warm-up, calm, faults, calm, stop. */
export async function runSoak(
  stage: SoakStage,
  plan: readonly PlannedFault[],
  { warmUpMs, calmBeforeMs, calmAfterMs }: Lengths,
  { decoder, stop, print }: Surroundings,
): Promise<SoakResult> {
  const { program, source, disk, settings } = stage.parts;
  const wallAtZeroMs = Date.now() - performance.now();
  const recorded: Recorded[] = [];
  using sampler = new Sampler(program.pid, () => recorded.push(lookAt(disk.segments())));
  const waitUntil = waiterFor(stage, stop);
  const watching = new AbortController();
  const watched = decoder.watch(() => disk.segments(), AbortSignal.any([stop, watching.signal]));
  let faults: PastFault[] = [];
  let ended: string | undefined;
  const phases = { calmFromMs: 0, faultsFromMs: 0, faultsToMs: 0, calmToMs: 0 };
  try {
    await program.line(/: connected/);
    source.start();
    phases.calmFromMs = performance.now() + warmUpMs;
    phases.faultsFromMs = phases.calmFromMs + calmBeforeMs;
    await waitUntil(phases.faultsFromMs);
    faults = await runFaults(plan, {
      begin: (fault) => begin(stage, fault),
      waitUntil,
      nowMs: () => performance.now(),
      say: (words, fault) => print(`${timeOfDay()}  ${words.padEnd(6)}  ${faultInWords(fault)}`),
    });
    phases.faultsToMs = performance.now();
    await waitUntil(phases.faultsToMs + calmAfterMs);
    phases.calmToMs = performance.now();
    await source.stop();
    await waitUntil(performance.now() + SOURCE_END_MS);
  } catch (error) {
    if (!(error instanceof ProgramEnded)) throw error;
    ended = error.message;
  } finally {
    watching.abort();
    await watched;
  }
  sampler.stop();
  const exitStatus = await program.stop('SIGTERM', EXIT_LIMIT_MS).catch(() => Number.NaN);
  return {
    faults,
    phases,
    wallAtZeroMs,
    ...sortedLines(program.lines),
    ...(ended !== undefined && { ended }),
    exitStatus,
    samples: sampler.samples,
    childrenLeft: sampler.childrenLeft(),
    written: { ...source.written, losses: faults.filter(isLossOfData).length },
    receivers: stage.receivers.map(({ name, pictureMs }) => ({ name, pictureMs })),
    outputs: stage.outputs.map((name) => outputUse(stage, name)),
    recorded,
    quotas: settings.quotas,
    segments: disk.segments(),
    isOwnDisk: disk.isOwn,
  };
}

function waiterFor({ parts: { program } }: SoakStage, stop: AbortSignal): (atMs: number) => Promise<void> {
  return async (atMs) => {
    for (;;) {
      if (!program.isRunning) throw new ProgramEnded('the program ended before it was told to');
      const leftMs = atMs - performance.now();
      if (leftMs <= 0) return;
      await setTimeout(Math.min(leftMs, LOOK_PERIOD_MS), undefined, { signal: stop });
    }
  };
}

function lookAt(segments: readonly SegmentFile[]): Recorded {
  const sizes = segments.map(({ sizeBytes }) => sizeBytes);
  return {
    atMs: Date.now(),
    sizeBytes: sizes.reduce((sum, size) => sum + size, 0),
    largestBytes: Math.max(0, ...sizes),
  };
}

function sortedLines(said: readonly string[]) {
  const parsed = said.map((line) => ({ line, parsed: parseLine(line) }));
  return {
    lines: parsed.flatMap((one) => one.parsed ?? []),
    otherLines: parsed.flatMap((one) => (one.parsed ? [] : one.line)),
  };
}

function isLossOfData({ fault: { kind } }: PastFault): boolean {
  return kind === 'redis killed' || kind === 'stream deleted';
}

function outputUse({ parts: { settings } }: SoakStage, name: string) {
  const atMs = settings.changedMs.get(name);
  return { name, ...(atMs !== undefined && { changedMs: atMs }) };
}

function timeOfDay(): string {
  return new Date().toISOString().slice(11, 23);
}
