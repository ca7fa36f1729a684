import { closeSync } from 'node:fs';
import { sleepMs, systemClock } from '../base/clock.ts';
import { EncoderError, messageOf } from '../base/errors.ts';
import type { EncoderEvent, Emit } from '../base/event.ts';
import { TERMINATE_LIMIT_MS, TRAILER_LIMIT_MS } from '../base/stop-budget.ts';
import type { EncoderExit } from './failure.ts';
import { linesOf } from './lines.ts';
import { ProgressParser, type Progress } from './progress.ts';
import { openSecretsFile } from './secrets-file.ts';
import { signalFfmpeg, spawnFfmpeg, type FfmpegChild } from './spawn-ffmpeg.ts';

/** Lines that are kept to explain an exit. */
const LAST_LINES = 10;
/** The first descriptor behind standard input, output and error. */
const SECRETS_FD = 3;

/** One running ffmpeg, from its start to its exit. */
export interface Encoder {
  /** Frames that it has encoded by what it last said. */
  readonly encodedFrames: number;
  /** Resolves once the output is open and the first frame encoded. Never rejects; it may never resolve. */
  readonly ready: Promise<void>;
  /** Resolves when ffmpeg is gone and all that it said was read. Never rejects. */
  readonly exited: Promise<EncoderExit>;
  /**
   * Waits for the exit of an ffmpeg that has been given the end of file: SIGTERM after 2 s, SIGKILL 0.8 s later.
   * May be called again; never rejects.
   */
  stop(): Promise<EncoderExit>;
  /** SIGKILL, at once; does nothing where ffmpeg is gone. */
  kill(): void;
}

interface EncoderCommand {
  /** Name or path of ffmpeg. */
  readonly ffmpeg: string;
  /** Makes the arguments, given the path of the file with the secret options, if there are any. */
  readonly argumentsFor: (secretsPath: string | undefined) => readonly string[];
  readonly secretOptions: Readonly<Record<string, string>>;
  /** Its standard input; the caller closes it afterwards. */
  readonly stdinFd: number;
}

/** Starts ffmpeg, and passes on what it says. Throws an `EncoderError` if it cannot be started at all. */
export function startEncoder(command: EncoderCommand, emit: Emit<EncoderEvent>): Encoder {
  const child = spawn(command);
  const lastLines: string[] = [];
  const { promise: ready, resolve: becomeReady } = Promise.withResolvers<void>();
  let encodedFrames = 0;
  const reports = readProgress(child.stdout, (progress) => {
    encodedFrames = progress.frames;
    becomeReady();
    const { sizeBytes } = progress;
    emit({
      kind: 'encoder-progress',
      frames: progress.frames,
      ...(sizeBytes !== undefined && { sizeBytes }),
    });
  });
  const words = readLog(child.stderr, lastLines, (line) => emit({ kind: 'encoder-line', line }));
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
    get encodedFrames() {
      return encodedFrames;
    },
    ready,
    exited,
    stop: () => (stopping ??= stop(exited, signal)),
    kill: () => signal('SIGKILL'),
  };
}

type SendSignal = (name: NodeJS.Signals) => void;

function spawn(command: EncoderCommand): FfmpegChild {
  const hasSecrets = Object.keys(command.secretOptions).length > 0;
  let secretsFd: number | undefined;
  try {
    if (hasSecrets) secretsFd = openSecretsFile(command.secretOptions);
    const args = command.argumentsFor(hasSecrets ? `/dev/fd/${SECRETS_FD}` : undefined);
    return spawnFfmpeg(command.ffmpeg, args, command.stdinFd, secretsFd === undefined ? [] : [secretsFd]);
  } catch (error) {
    const text = `${command.ffmpeg} cannot be started: ${messageOf(error)}`;
    throw new EncoderError({ code: 'ffmpeg-not-started', text }, { cause: error });
  } finally {
    if (secretsFd !== undefined) closeSync(secretsFd);
  }
}

async function stop(exited: Promise<EncoderExit>, signal: SendSignal): Promise<EncoderExit> {
  const gone = new AbortController();
  void exited.then(() => gone.abort());
  await sleepMs(systemClock, TRAILER_LIMIT_MS, gone.signal);
  if (!gone.signal.aborted) signal('SIGTERM');
  await sleepMs(systemClock, TERMINATE_LIMIT_MS, gone.signal);
  if (!gone.signal.aborted) signal('SIGKILL');
  return exited;
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
