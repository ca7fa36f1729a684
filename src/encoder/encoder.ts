import { closeSync } from 'node:fs';
import { EncoderError } from '../base/errors.ts';
import type { EncoderExit } from './failure.ts';
import { linesOf } from './lines.ts';
import { ProgressParser, type Progress } from './progress.ts';
import { openSecretsFile } from './secrets-file.ts';
import { signalFfmpeg, spawnFfmpeg, type FfmpegChild } from './spawn-ffmpeg.ts';

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
export interface Encoder {
  readonly pid: number;
  /** The runtime's pipe to its standard input, where that was asked for. */
  readonly stdin: Bun.FileSink | undefined;
  /** Frames that it has encoded by what it last said. */
  readonly encodedFrames: number;
  /** Resolves once the output is open and the first frame encoded. Never rejects; it may never resolve. */
  readonly ready: Promise<void>;
  /** Resolves when ffmpeg is gone and all that it said was read. Never rejects. */
  readonly exited: Promise<EncoderExit>;
  /**
   * Waits for the exit of an ffmpeg that has been given the end of file: SIGTERM after 2 s, SIGKILL after another second.
   * May be called again; never rejects.
   */
  stop(): Promise<EncoderExit>;
  kill(): void;
}

interface EncoderCommand {
  /** Name or path of ffmpeg. */
  readonly ffmpeg: string;
  /** Makes the arguments, given the path of the file with the secret options, if there are any. */
  readonly argumentsFor: (secretsPath: string | undefined) => readonly string[];
  readonly secretOptions: Readonly<Record<string, string>>;
  /** Its standard input: a pipe of the runtime's, or a descriptor, which the caller closes afterwards. */
  readonly stdin: 'pipe' | number;
}

/** Starts ffmpeg. Throws an `EncoderError` if it cannot be started at all. */
export function startEncoder(command: EncoderCommand, observer: EncoderObserver): Encoder {
  const child = spawn(command);
  const lastLines: string[] = [];
  const { promise: ready, resolve: becomeReady } = Promise.withResolvers<void>();
  let encodedFrames = 0;
  const reports = readProgress(child.stdout, (progress) => {
    encodedFrames = progress.frames;
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
  const signal: SendSignal = (name) => {
    if (!isGone) signalFfmpeg(child, name);
  };
  let stopping: Promise<EncoderExit> | undefined;
  return {
    pid: child.pid,
    get encodedFrames() {
      return encodedFrames;
    },
    ready,
    exited,
    stdin: typeof child.stdin === 'object' ? child.stdin : undefined,
    stop: () => (stopping ??= stop(exited, signal)),
    kill: () => signal('SIGKILL'),
  };
}

type SendSignal = (name: NodeJS.Signals) => void;

function spawn(command: EncoderCommand): FfmpegChild<'pipe' | number> {
  const hasSecrets = Object.keys(command.secretOptions).length > 0;
  let secretsFd: number | undefined;
  try {
    if (hasSecrets) secretsFd = openSecretsFile(command.secretOptions);
    const args = command.argumentsFor(hasSecrets ? `/dev/fd/${SECRETS_FD}` : undefined);
    return spawnFfmpeg(command.ffmpeg, args, command.stdin, secretsFd === undefined ? [] : [secretsFd]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EncoderError(`${command.ffmpeg} cannot be started: ${reason}`, false, { cause: error });
  } finally {
    if (secretsFd !== undefined) closeSync(secretsFd);
  }
}

async function stop(exited: Promise<EncoderExit>, signal: SendSignal): Promise<EncoderExit> {
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
