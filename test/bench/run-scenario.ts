import { rmSync } from 'node:fs';
import { Child } from '../support/child.ts';
import { script } from '../support/script.ts';
import type { BenchStage, SourceReport } from './bench-stage.ts';
import { figuresOf, recoveriesS, type FrameFigures } from './figures.ts';
import { readFrameRecords, type FrameRecord } from './frame-records.ts';
import { PROGRAM, programEnvironment } from './program.ts';
import type { FrameSize, Scenario } from './scenarios.ts';
import {
  secondsOf,
  startOf,
  worstOf,
  type SecondFigures,
  type StartFigures,
  type WorstSeconds,
} from './seconds.ts';
import { TOOLS } from './tools.ts';
import { measureWindow, type Window } from './window.ts';

/** How long a run waits idle, warms up and is measured. */
export interface Durations {
  readonly idleS: number;
  readonly warmUpS: number;
  readonly measureS: number;
}

/** What a run came to. */
export interface RunResult extends FrameFigures {
  readonly name: string;
  readonly seconds: number;
  readonly cpuMsPerFrame: number;
  /** CPU while it waits for the first frame: part of the figure above, but not for the frames' sake. */
  readonly idleCpuMsPerS: number;
  readonly residentMib: number;
  readonly peakMib: number;
  /** What Redis sent for a frame at the encoder, in sizes of a frame. */
  readonly redisFramesPerFrame: number;
  readonly othersCpuPercent: number;
  readonly source: SourceReport;
  /** For each hiccup of the source, until the latency was one period + 8 ms again. */
  readonly recoveriesS: readonly number[];
  /** Of the whole seconds that were measured. */
  readonly worst: WorstSeconds;
  /** Of the session, before it was measured. */
  readonly start: StartFigures;
  /** What the program had to warn of. */
  readonly complaints: readonly string[];
}

/** Where the frames go. */
export interface Output {
  readonly destination: string;
  /** The stand-in passes the frames on to a real ffmpeg. */
  readonly isEncoded: boolean;
}

/** An address that ffmpeg opens itself, so that its stand-in need not make a video, and never does: nothing is sent there. */
export const NOWHERE = 'tcp://127.0.0.1:9';

/** Beyond its period a frame may take this long. */
export const LATENCY_MARGIN_MS = 8;
/** A source is stopped, not waited for. */
const SOURCE_LIMIT_S = 3_600;

/** Runs the program in one scenario; `settings` are added to those of the scenario. */
export async function runProgram(
  stage: BenchStage,
  scenario: Scenario,
  durations: Durations,
  output: Output = { destination: NOWHERE, isEncoded: false },
): Promise<RunResult> {
  await stage.clear();
  await using run = new AsyncDisposableStack();
  const records = newRecords(stage);
  const settings = {
    ...clockEnvironment(records),
    ...(output.isEncoded && { FRAME_CLOCK_RELAY: '1' }),
  };
  const env = scenarioEnvironment(stage, scenario, output, frameClockWith(stage, settings));
  const program = run.use(new Child([PROGRAM], { env }));
  await stage.unlessStopped(program.line(/: connected/));
  const idle = await measureWindow(stage, program.pid, durations.idleS);
  const source = stage.startSource(scenario.size, scenario.source, SOURCE_LIMIT_S, run);
  await stage.unlessStopped(program.line(/streaming to/));
  await stage.pause(durations.warmUpS);
  const window = await measureWindow(stage, program.pid, durations.measureS);
  const report = await source.stop();
  const status = await stage.unlessStopped(program.stop());
  const complaints = program.lines.filter((line) => / (warn|error) /.test(line));
  return {
    ...(await resultOf(scenario.name, scenario.size, records, window)),
    idleCpuMsPerS: (idle.cpuMs / (idle.endMs - idle.startMs)) * 1000,
    source: report,
    complaints: status === 0 ? complaints : [...complaints, `exit status ${status}`],
  };
}

/** Runs the floor: the pump in C on a constant source. */
export async function runPump(stage: BenchStage, size: FrameSize, durations: Durations): Promise<RunResult> {
  await stage.clear();
  await using run = new AsyncDisposableStack();
  const records = newRecords(stage);
  const command = [TOOLS.pump, stage.address, size.name, '0', TOOLS.frameClock];
  const pump = run.use(new Child(command, { env: clockEnvironment(records) }));
  const timing = { name: 'constant', pattern: 'constant', fps: size.fps } as const;
  const source = stage.startSource(size, timing, SOURCE_LIMIT_S, run);
  await stage.pause(durations.warmUpS);
  const window = await measureWindow(stage, pump.pid, durations.measureS);
  const report = await source.stop();
  const status = await stage.unlessStopped(pump.stop());
  return {
    ...(await resultOf(`${size.name}/floor`, size, records, window)),
    idleCpuMsPerS: 0,
    source: report,
    complaints: status === 0 ? [] : [pump.text],
  };
}

function newRecords(stage: BenchStage): string {
  const path = stage.folder.file('records');
  rmSync(path, { force: true });
  return path;
}

function scenarioEnvironment(
  stage: BenchStage,
  scenario: Scenario,
  output: Output,
  ffmpeg: string,
): Record<string, string> {
  const { size, method } = scenario;
  return programEnvironment(stage.redisSettings, {
    RESOLUTION: size.name,
    FRAMERATE: `${size.fps}`,
    FRAMERATE_SCALING: method,
    DESTINATION: output.destination,
    FFMPEG: ffmpeg,
  });
}

/** What stands in for ffmpeg, as a script that has its settings: the program hands on none of its own environment. */
function frameClockWith(stage: BenchStage, settings: Readonly<Record<string, string>>): string {
  const assignments = Object.entries(settings).map(([name, value]) => `${name}='${value}'`);
  return script(stage.folder, 'frame-clock', `exec env ${assignments.join(' ')} ${TOOLS.frameClock} "$@"`);
}

function clockEnvironment(records: string): Record<string, string> {
  return { FRAME_CLOCK_RECORDS: records };
}

async function resultOf(name: string, size: FrameSize, records: string, window: Window) {
  const all = await readFrameRecords(records);
  const within = all.filter(({ firstByteMs }) => firstByteMs >= window.startMs && firstByteMs < window.endMs);
  const frames = within.length;
  const seconds = secondsOf(all);
  return {
    name,
    ...figuresOf(within, size.fps),
    seconds: (window.endMs - window.startMs) / 1000,
    cpuMsPerFrame: window.cpuMs / frames,
    residentMib: window.residentMib,
    peakMib: window.peakMib,
    redisFramesPerFrame: window.redisSentBytes / size.sizeBytes / frames,
    othersCpuPercent: window.othersCpuPercent,
    recoveriesS: recoveriesS(within, 1000 / size.fps + LATENCY_MARGIN_MS),
    worst: worstOf(seconds.filter((second) => isWithin(window, second, all))),
    start: startOf(seconds),
  };
}

function isWithin({ startMs, endMs }: Window, { atS }: SecondFigures, all: readonly FrameRecord[]): boolean {
  const fromMs = (all[0]?.firstByteMs ?? 0) + atS * 1000;
  return fromMs >= startMs && fromMs + 1000 <= endMs;
}
