/**
 * The whole way in half a minute, on this machine alone: a private Redis, a test source whose rate varies, the program,
 * an SRT receiver on loopback, and the ffmpeg of COSMOS's transcoder. Ends with a table, the received video and a picture
 * out of it, and exits with 1 if anything was wrong.
 *
 * bun test/demo/demo.ts
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { runInterruptibly } from '../bench/interruption.ts';
import { pictureFigures } from '../bench/picture-figures.ts';
import { slopeOf } from '../bench/statistics.ts';
import type { Child } from '../support/child.ts';
import type { CosmosTranscoder } from '../support/cosmos-transcoder.ts';
import { isUdpPortBound } from '../support/ports.ts';
import { newestSegment, type CosmosSegment } from './cosmos-view.ts';
import { faultsOf, outcomeTable, WANTED_SEGMENTS, type DemoOutcome } from './demo-outcome.ts';
import { DEMO, DemoStage } from './demo-stage.ts';
import { readReports } from './program-report.ts';
import { inspectReceived, savePicture } from './received-file.ts';

const FOLDER = join(import.meta.dir, '../../dist/demo');
const VIDEO = join(FOLDER, 'received.ts');
const PICTURE = join(FOLDER, 'picture.png');
const LOG = join(FOLDER, 'program.log');
const SEGMENTS = join(FOLDER, 'hls');
const LOOK_PERIOD_MS = 250;
const SHOW_LIMIT_MS = 30_000;
/** Where the picture that is kept lies in the video. */
const PICTURE_AT_S = 8;

let shownLines = 0;

const startMs = performance.now();

await runInterruptibly(demonstrate);

async function demonstrate(signal: AbortSignal): Promise<number> {
  mkdirSync(FOLDER, { recursive: true });
  for (const path of [VIDEO, PICTURE, LOG]) rmSync(path, { force: true });
  const outcome = await play(signal);
  const faults = faultsOf(outcome);
  if (!(await keepPicture())) faults.push('there is no picture of it');
  print('', ...outcomeTable(outcome), '');
  print(`  video    ${VIDEO}`, `  picture  ${PICTURE}`, `  COSMOS   ${SEGMENTS}`, `  log      ${LOG}`, '');
  print(...faults.map((fault) => `WRONG: ${fault}`));
  print(faults.length === 0 ? 'All is well.' : 'Something was wrong.');
  return faults.length === 0 ? 0 : 1;
}

/** Starts everything, lets it run, stops everything. */
async function play(signal: AbortSignal): Promise<DemoOutcome> {
  await using stage = await DemoStage.open(VIDEO);
  const { receiver, times } = stage;
  say(`Redis runs on port ${stage.server.port}, and an SRT listener waits at ${receiver.address}`);
  const program = stage.startProgram();
  await show(program, signal, () => program.count(/: connected/) > 0);
  const source = stage.startSource();
  say(`a source writes ${DEMO.resolution} pictures, ${DEMO.fps} a second with jitter`);
  await show(program, signal, () => isUdpPortBound(stage.viewersPort));
  const transcoder = stage.startTranscoder(SEGMENTS);
  say(`COSMOS's transcoder, with its defaults, calls ${stage.viewersAddress}`);
  const segments = await watchCosmos(program, transcoder, times.timesMs, signal);
  const addedMs = times.timesMs.slice();
  const statuses = [await program.stop()];
  const decoderWords = await receiver.stop();
  statuses.push(await source.stop());
  say('everything is stopped');
  await Bun.write(LOG, `${program.text}\n`);
  return {
    framesIn: addedMs.length,
    inFps: 1000 / slopeOf(addedMs),
    pictures: pictureFigures(receiver.pictures, addedMs),
    report: readReports(program.lines),
    file: await inspectReceived(VIDEO),
    segments,
    errors: [...complaintsOf(program, source), ...statusFaults(statuses), ...decoderFaults(decoderWords)],
  };
}

/** Until COSMOS has as many segments as are wanted, each of which is told of; or its transcoder has ended. */
async function watchCosmos(
  program: Child,
  transcoder: CosmosTranscoder,
  addedMs: readonly number[],
  signal: AbortSignal,
): Promise<CosmosSegment[]> {
  const segments: CosmosSegment[] = [];
  while (segments.length < WANTED_SEGMENTS && transcoder.child.isRunning) {
    const isNext = () => transcoder.segments > segments.length || !transcoder.child.isRunning;
    await show(program, signal, isNext);
    if (transcoder.segments <= segments.length) break;
    const segment = await newestSegment(transcoder, addedMs);
    segments.push(segment);
    say(
      `COSMOS can show ${segments.length} segment(s): pictures up to number ${segment.last}, ${segment.behindS.toFixed(1)} s old`,
    );
  }
  if (!transcoder.child.isRunning)
    say(`COSMOS's transcoder has ended: ${transcoder.child.lines.at(-1) ?? ''}`);
  return segments;
}

/** Shows the program's words as they come, until the condition holds; a program that has ended says no more. */
async function show(
  program: Child,
  signal: AbortSignal,
  isDone: () => boolean | Promise<boolean>,
): Promise<void> {
  const limitMs = performance.now() + SHOW_LIMIT_MS;
  for (;;) {
    for (const line of program.lines.slice(shownLines)) say(`  program: ${shortened(line)}`);
    shownLines = program.lines.length;
    if (await isDone()) return;
    if (performance.now() > limitMs)
      throw new Error(`it does not get that far; the program said:\n${program.text}`);
    await setTimeout(LOOK_PERIOD_MS, undefined, { signal });
  }
}

/** A line of the log without its time, and of a report without the figures of the links; the file has all of it. */
function shortened(line: string): string {
  return line.replace(/^\S+Z +(info +)?/, '').replace(/ \| link .*/, '');
}

function complaintsOf(...children: Child[]): string[] {
  return children.flatMap(({ lines }) => lines.filter((line) => / error /.test(line)));
}

function statusFaults(statuses: readonly number[]): string[] {
  return statuses.flatMap((status) => (status === 0 ? [] : [`a program ended with exit status ${status}`]));
}

function decoderFaults(words: string): string[] {
  return words === '' ? [] : [`the decoder behind the receiver says: ${words}`];
}

/** Keeps a picture from the middle of the video, if there is one. */
async function keepPicture(): Promise<boolean> {
  if (existsSync(VIDEO)) await savePicture(VIDEO, PICTURE, PICTURE_AT_S).catch(() => {});
  return existsSync(PICTURE);
}

function say(text: string): void {
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1).padStart(5);
  print(`${seconds} s  ${text}`);
}

function print(...lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
