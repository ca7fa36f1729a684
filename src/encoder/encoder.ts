import { closeSync } from 'node:fs';
import { EncoderError } from '../errors.ts';
import type { Frame } from '../frame/frame.ts';
import type { FrameSink } from '../pacing/tick-loop.ts';
import type { EncoderExit } from './failure.ts';
import { linesOf } from './lines.ts';
import { ProgressParser, type Progress } from './progress.ts';
import { openSecretsFile } from './secrets-file.ts';

/** ffmpeg that takes nothing for this long hangs, and is ended. */
const STALL_LIMIT_MS = 10_000;
/** After the end of file ffmpeg has this long to write the trailer; then it is told to stop. */
const TRAILER_LIMIT_MS = 2_000;
/** After the word to stop it has this long; then it is killed. */
const TERMINATE_LIMIT_MS = 1_000;
const LAST_LINES = 10;
/** The first descriptor behind standard input, output and error. */
const SECRETS_FD = 3;

/** Is told what ffmpeg says. */
export interface EncoderObserver {
  onProgress(progress: Progress): void;
  /** A line of ffmpeg's log, without a line break. */
  onLogLine(line: string): void;
}

/** One running ffmpeg, from its start to its exit. */
export interface Encoder extends FrameSink {
  readonly pid: number;
  /** Resolves once the output is open and the first frame encoded. Never rejects; it may never resolve. */
  readonly ready: Promise<void>;
  /** Resolves when ffmpeg is gone and all that it said was read. Never rejects. */
  readonly exited: Promise<EncoderExit>;
  /** Rejects with an `EncoderError` if ffmpeg is gone or takes nothing for 10 s. */
  write(frame: Frame): Promise<void>;
  /** End of file, then SIGTERM after 2 s, then SIGKILL after another second. May be called again; never rejects. */
  stop(): Promise<EncoderExit>;
  kill(): void;
}

interface EncoderCommand {
  /** Name or path of ffmpeg. */
  readonly ffmpeg: string;
  /** Makes the arguments, given the path of the file with the secret options, if there are any. */
  readonly argumentsFor: (secretsPath: string | undefined) => readonly string[];
  readonly secretOptions: Readonly<Record<string, string>>;
}

/** Starts ffmpeg. Throws an `EncoderError` if it cannot be started at all. */
export function startEncoder(command: EncoderCommand, observer: EncoderObserver): Encoder {
  const child = spawn(command);
  const lastLines: string[] = [];
  const { promise: ready, resolve: becomeReady } = Promise.withResolvers<void>();
  const reports = readProgress(child.stdout, (progress) => {
    becomeReady();
    observer.onProgress(progress);
  });
  const words = readLog(child.stderr, lastLines, (line) => observer.onLogLine(line));
  const exited = Promise.allSettled([child.exited, reports, words]).then(() => ({
    code: child.exitCode,
    signal: child.signalCode,
    lastLines,
  }));
  let isGone = false;
  void exited.then(() => (isGone = true));
  const signal: SendSignal = (name) => isGone || signalGroup(child.pid, name);
  let stopping: Promise<EncoderExit> | undefined;
  return {
    pid: child.pid,
    ready,
    exited,
    write: (frame) => writeFrame(child, frame),
    stop: () => (stopping ??= stop(child, exited, signal)),
    kill: () => void signal('SIGKILL'),
  };
}

type Child = Bun.Subprocess<'pipe', 'pipe', 'pipe'>;
type SendSignal = (name: NodeJS.Signals) => void;

/** To all that it has started, too: a script that runs ffmpeg would else leave it behind, with our pipes open. */
function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch {
    // It has just ended.
  }
}

function spawn(command: EncoderCommand): Child {
  const hasSecrets = Object.keys(command.secretOptions).length > 0;
  const secretsFd = hasSecrets ? openSecretsFile(command.secretOptions) : undefined;
  try {
    const args = command.argumentsFor(hasSecrets ? `/dev/fd/${SECRETS_FD}` : undefined);
    return Bun.spawn([command.ffmpeg, ...args], {
      stdio: ['pipe', 'pipe', 'pipe', ...(secretsFd === undefined ? [] : [secretsFd])],
      // A process group of its own: Ctrl-C is for us, and we end the stream in order.
      detached: true,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EncoderError(`${command.ffmpeg} cannot be started: ${reason}`, false, { cause: error });
  } finally {
    if (secretsFd !== undefined) closeSync(secretsFd);
  }
}

async function writeFrame(child: Child, frame: Frame): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stalled = new Promise<never>((_, reject) => {
    const words = `ffmpeg has taken no whole frame for ${STALL_LIMIT_MS / 1000} s`;
    timer = setTimeout(() => reject(new EncoderError(words, true)), STALL_LIMIT_MS);
  });
  try {
    await Promise.race([writeAll(child, frame.pixels), stalled]);
  } finally {
    clearTimeout(timer);
  }
}

/** Both calls say by a promise that the pipe is full; not waiting for it would let memory grow. */
async function writeAll(child: Child, pixels: Uint8Array): Promise<void> {
  try {
    await child.stdin.write(pixels);
    await child.stdin.flush();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EncoderError(`ffmpeg takes no more frames: ${reason}`, false, { cause: error });
  }
}

async function stop(child: Child, exited: Promise<EncoderExit>, signal: SendSignal): Promise<EncoderExit> {
  // A pipe that ffmpeg has closed has nothing left to flush; its exit says what happened.
  void Promise.resolve(child.stdin.end()).catch(() => {});
  const timers = [
    setTimeout(() => signal('SIGTERM'), TRAILER_LIMIT_MS),
    setTimeout(() => signal('SIGKILL'), TRAILER_LIMIT_MS + TERMINATE_LIMIT_MS),
  ];
  const exit = await exited;
  timers.forEach(clearTimeout);
  return exit;
}

async function readProgress(bytes: ReadableStream<Uint8Array>, onProgress: (progress: Progress) => void) {
  const parser = new ProgressParser();
  for await (const line of linesOf(bytes)) {
    const progress = parser.line(line);
    if (progress) onProgress(progress);
  }
}

async function readLog(
  bytes: ReadableStream<Uint8Array>,
  lastLines: string[],
  onLine: (line: string) => void,
) {
  for await (const line of linesOf(bytes)) {
    if (line.trim() === '') continue;
    lastLines.push(line);
    if (lastLines.length > LAST_LINES) lastLines.shift();
    onLine(line);
  }
}
