import { join } from 'node:path';
import { Child } from '../support/child.ts';
import type { BenchStage } from './bench-stage.ts';
import type { FrameSize } from './scenarios.ts';
import { TOOLS } from './tools.ts';

/** Frames a second without any pace: the program's parts, and the floor. */
export interface FlatOutResult {
  readonly name: string;
  readonly fps: number;
  readonly floorFps: number;
}

/** Fast enough that the frames are written one after the other. */
const FILL_FPS = 10_000;
const START_LIMIT_S = 20;

/** Fills the stream once and lets the pump, then the program's parts, read it over and over. */
export async function runFlatOut(
  stage: BenchStage,
  size: FrameSize,
  seconds: number,
): Promise<FlatOutResult> {
  await stage.clear();
  await using run = new AsyncDisposableStack();
  const timing = { name: 'fill', pattern: 'constant', fps: FILL_FPS } as const;
  const fill = stage.startSource(size, timing, size.maxEntries / FILL_FPS, run);
  await stage.unlessStopped(fill.ended());
  const env = { FRAME_CLOCK_RECORDS: stage.folder.file('flat-out') };
  const fpsOf = async (...command: (string | number)[]) => {
    const child = run.use(new Child(command.map(String), { env }));
    const line = child.line(/^frames=/, { withinMs: (seconds + START_LIMIT_S) * 1000 });
    return Number(/fps=(.*)$/.exec(await stage.unlessStopped(line))?.[1]);
  };
  const { address } = stage;
  const floorFps = await fpsOf(TOOLS.pump, address, size.name, seconds, TOOLS.frameClock);
  const harness = [process.execPath, join(import.meta.dir, 'flat-out.ts'), address, size.name];
  const numbers = [size.maxEntries, seconds];
  const fps = await fpsOf(...harness, ...numbers, TOOLS.frameClock);
  return { name: `${size.name}/flat-out`, fps, floorFps };
}
