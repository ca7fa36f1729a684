/**
 * The whole way in a quarter of a minute, on this machine alone: a private Redis, a test source whose rate varies, the
 * program, and an SRT receiver on loopback. Ends with a table, the received video and a picture out of it, and exits
 * with 1 if anything was wrong.
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
import { faultsOf, outcomeTable, type DemoOutcome } from './demo-outcome.ts';
import { DEMO, DemoStage } from './demo-stage.ts';
import { readReports } from './program-report.ts';
import { inspectReceived, savePicture } from './received-file.ts';

const FOLDER = join(import.meta.dir, '../../dist/demo');
const VIDEO = join(FOLDER, 'received.ts');
const PICTURE = join(FOLDER, 'picture.png');
const LOG = join(FOLDER, 'program.log');
const LOOK_PERIOD_MS = 250;
const SHOW_LIMIT_MS = 30_000;

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
  print(`  video    ${VIDEO}`, `  picture  ${PICTURE}`, `  log      ${LOG}`, '');
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
  const endMs = performance.now() + DEMO.seconds * 1000;
  await show(program, signal, () => performance.now() > endMs);
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
    errors: [...complaintsOf(program, source), ...statusFaults(statuses), ...decoderFaults(decoderWords)],
  };
}

/** Shows the program's words as they come, until the condition holds; a program that has ended says no more. */
async function show(program: Child, signal: AbortSignal, isDone: () => boolean): Promise<void> {
  const limitMs = performance.now() + SHOW_LIMIT_MS;
  for (;;) {
    for (const line of program.lines.slice(shownLines))
      say(`  program: ${line.replace(/^\S+Z +(info +)?/, '')}`);
    shownLines = program.lines.length;
    if (isDone()) return;
    if (performance.now() > limitMs)
      throw new Error(`the program does not get ready; it said:\n${program.text}`);
    await setTimeout(LOOK_PERIOD_MS, undefined, { signal });
  }
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
  if (existsSync(VIDEO)) await savePicture(VIDEO, PICTURE, DEMO.seconds / 2).catch(() => {});
  return existsSync(PICTURE);
}

function say(text: string): void {
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1).padStart(5);
  print(`${seconds} s  ${text}`);
}

function print(...lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
