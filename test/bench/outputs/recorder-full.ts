import { appendFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { SoakDisk } from '../../soak/soak-disk.ts';
import { SrtReceiver } from '../../support/receiver.ts';
import type { BenchStage } from '../bench-stage.ts';
import { LinkProgram, SRT_LATENCY_MS, TALKATIVE } from '../link/link-program.ts';
import { FolderWatch, type FolderPeak } from './folder-watch.ts';
import { faultsOfAll, segmentsIn } from './segments.ts';
import { countOthers } from './others.ts';
import { streamHealth, type StreamHealth } from './stream-health.ts';

/** How long each part of it takes. */
export interface FullDurations {
  /** Until its quota is reached, and beyond: segments go. */
  readonly quotaS: number;
  /** The disk is filled by something else. */
  readonly fullS: number;
  /** There is room again. */
  readonly afterS: number;
}

/** What a recorder did on a disk with next to no room, and the stream beside it. */
export interface FullOutcome {
  readonly stream: StreamHealth;
  readonly quotaBytes: number;
  readonly peak: FolderPeak;
  /** From the room that there is to the recorder's word that it records. */
  readonly againMs: number;
  /** Finished ones at the end, and what is wrong with them. */
  readonly segments: number;
  readonly faults: readonly string[];
  /** What the program had to warn of. */
  readonly warnings: readonly string[];
}

const QUOTA_BYTES = 40_000_000;
/** A segment is 5 MB then, and the quota is reached within 20 s. */
const SETTINGS = { RECORD_QUOTA: `${QUOTA_BYTES}`, RECORD_SEGMENT: '2', BITRATE: '20M' } as const;
/** It tries again after 5 s, at the next keyframe. */
const LIMIT_MS = 20_000;
const RECORDING = / recording to \S+(?: again)?(?: \(|$)/;
const STOPPED = /recording to .* has stopped: /;
/** Behind it there may be how many attempts have failed. */
const AGAIN = / recording to \S+ again(?: \(|$)/;
/** A program that deletes what it may makes room again and again; so often it is taken. */
const FILL_PERIOD_MS = 20;

/** Whether this can be measured: only root may mount. */
export function canMount(): boolean {
  using disk = new SoakDisk();
  return disk.isOwn;
}

/** A recorder on a disk of 50 MB, which something else fills for a while. */
export async function measureFull(stage: BenchStage, durations: FullDurations): Promise<FullOutcome> {
  using disk = new SoakDisk();
  await using run = new AsyncDisposableStack();
  const path = stage.folder.file('beside-recorder.ts');
  const receiver = run.use(await SrtReceiver.start(path, { parameters: `latency=${SRT_LATENCY_MS}` }));
  const settings = { ...TALKATIVE, ...SETTINGS, RECORD: disk.path };
  const parts = { sender: 'ours', destination: receiver.address, settings } as const;
  const program = run.use(await LinkProgram.start(stage, parts));
  const watch = run.use(new FolderWatch(disk.path));
  await program.begin();
  const others = countOthers();
  await stage.unlessStopped(program.program.line(RECORDING));
  await stage.pause(durations.quotaS);
  const againMs = await fillForAWhile(stage, program, disk.path, durations.fullS);
  await stage.pause(durations.afterS);
  const othersCpuPercent = others();
  await program.stop();
  await receiver.stop();
  const { finished } = segmentsIn(disk.path);
  const { health } = await streamHealth(program, receiver, othersCpuPercent);
  return {
    stream: health,
    quotaBytes: QUOTA_BYTES,
    peak: watch.peak,
    againMs,
    segments: finished.length,
    faults: await faultsOfAll(finished),
    warnings: program.complaints,
  };
}

/** @returns how long after its end the recorder said that it records again */
async function fillForAWhile(
  stage: BenchStage,
  { program }: LinkProgram,
  folder: string,
  seconds: number,
): Promise<number> {
  const ballast = join(folder, 'ballast');
  const nth = program.count(AGAIN) + 1;
  const filling = setInterval(() => fill(folder, ballast), FILL_PERIOD_MS);
  try {
    await stage.unlessStopped(program.line(STOPPED, { withinMs: LIMIT_MS }));
    await stage.pause(seconds);
  } finally {
    clearInterval(filling);
    rmSync(ballast, { force: true });
  }
  const freeMs = performance.now();
  await stage.unlessStopped(program.line(AGAIN, { nth, withinMs: LIMIT_MS }));
  return performance.now() - freeMs;
}

/** Takes what room there is. */
function fill(folder: string, ballast: string): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail === 0) return;
  try {
    appendFileSync(ballast, Buffer.alloc(bavail * bsize));
  } catch {
    // The recorder was quicker: there is no room left, which is what was wanted.
  }
}
