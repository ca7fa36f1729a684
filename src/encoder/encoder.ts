import { closeSync } from 'node:fs';
import { sleepMs, systemClock } from '../base/clock.ts';
import { EncoderError, messageOf } from '../base/errors.ts';
import type { EncoderEvent, Emit } from '../base/event.ts';
import { TERMINATE_LIMIT_MS, TRAILER_LIMIT_MS } from '../base/stop-budget.ts';
import { makeVideoPipe } from '../os/pipe.ts';
import type { EncoderOutput } from './arguments.ts';
import type { EncoderExit } from './failure.ts';
import { linesOf } from './lines.ts';
import { ProgressParser, type Progress } from './progress.ts';
import { openSecretsFile } from './secrets-file.ts';
import { signalFfmpeg, spawnFfmpeg, type FfmpegChild } from './spawn-ffmpeg.ts';
import { VideoPipe } from './video-pipe.ts';

/** Lines that are kept to explain an exit. */
const LAST_LINES = 10;
/** As it has to be: no line of the file with the secret options, where a login by HTTP stands, can hold a line break. */
const OF_NO_ACCOUNT = /No trailing CRLF found in HTTP header/;
/** The first descriptor behind standard input, output and error: the pipe for the video, or the file with the secrets. */
const FOURTH_FD = 3;

/** One running ffmpeg, from its start to its exit. */
export interface Encoder {
  /** Frames that it has encoded by what it last said; 0 where its video comes to us. */
  readonly encodedFrames: number;
  /**
   * Resolves once it encodes: by the first bytes of its video, or by its first report, which says that the destination is
   * open. Never rejects; it may never resolve.
   */
  readonly ready: Promise<void>;
  /** It writes nothing before it has had many frames: that it is ready shows late. */
  readonly holdsFramesBack: boolean;
  /** Its video, where that comes to us: to be read to its end, or closed. */
  readonly video: VideoPipe | undefined;
  /** Resolves when ffmpeg is gone and all that it said was read. Never rejects. */
  readonly exited: Promise<EncoderExit>;
  /**
   * Waits for the exit of an ffmpeg that has been given the end of file: SIGTERM after 1.5 s, SIGKILL 0.3 s later.
   * May be called again; never rejects.
   */
  stop(): Promise<EncoderExit>;
  /** SIGKILL, at once; does nothing where ffmpeg is gone. */
  kill(): void;
}

/** Where the video of an ffmpeg is to go: to us, or to an address with options that must not stand in its arguments. */
export type EncoderTarget =
  | { readonly kind: 'pipe'; readonly isWarmedUp: boolean; readonly holdsFramesBack: boolean }
  | {
      readonly kind: 'address';
      readonly url: string;
      readonly secretOptions: Readonly<Record<string, string>>;
    };

interface EncoderCommand {
  /** Name or path of ffmpeg. */
  readonly ffmpeg: string;
  readonly output: EncoderTarget;
  /** Makes the arguments for that. */
  readonly argumentsFor: (output: EncoderOutput) => readonly string[];
  /** Its standard input; the caller closes it afterwards. */
  readonly stdinFd: number;
}

/** Starts ffmpeg, and passes on what it says. Throws an `EncoderError` if it cannot be started at all. */
export function startEncoder(command: EncoderCommand, emit: Emit<EncoderEvent>): Encoder {
  const { child, video } = spawn(command);
  const lastLines: string[] = [];
  const { promise: reported, resolve: onReport } = Promise.withResolvers<void>();
  let encodedFrames = 0;
  const reports = readProgress(child.stdout, (progress) => {
    encodedFrames = progress.frames;
    onReport();
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
    ready: video?.begun ?? reported,
    holdsFramesBack: command.output.kind === 'pipe' && command.output.holdsFramesBack,
    video,
    exited,
    stop: () => (stopping ??= stop(exited, signal)),
    kill: () => signal('SIGKILL'),
  };
}

type SendSignal = (name: NodeJS.Signals) => void;

interface Spawned {
  readonly child: FfmpegChild;
  readonly video: VideoPipe | undefined;
}

function spawn({ ffmpeg, output, argumentsFor, stdinFd }: EncoderCommand): Spawned {
  try {
    if (output.kind === 'pipe') {
      const args = argumentsFor({ kind: 'pipe', fd: FOURTH_FD, isWarmedUp: output.isWarmedUp });
      return spawnWithPipe((fd) => spawnFfmpeg(ffmpeg, args, stdinFd, [fd]));
    }
    const { url, secretOptions } = output;
    const isSecret = Object.keys(secretOptions).length > 0;
    const secretsPath = isSecret ? `/dev/fd/${FOURTH_FD}` : undefined;
    const args = argumentsFor({ kind: 'address', url, ...(secretsPath !== undefined && { secretsPath }) });
    const child = isSecret
      ? withSecretsFile(secretOptions, (fd) => spawnFfmpeg(ffmpeg, args, stdinFd, [fd]))
      : spawnFfmpeg(ffmpeg, args, stdinFd);
    return { child, video: undefined };
  } catch (error) {
    if (error instanceof EncoderError) throw error;
    const text = `${ffmpeg} cannot be started: ${messageOf(error)}`;
    throw new EncoderError({ code: 'ffmpeg-not-started', text }, { cause: error });
  }
}

/** Only with our copy of the write end closed does the video end with ffmpeg. */
function spawnWithPipe(spawnWith: (writeFd: number) => FfmpegChild): Spawned {
  const { readFd, writeFd } = makeVideoPipe();
  try {
    const child = spawnWith(writeFd);
    return { child, video: new VideoPipe(readFd) };
  } catch (error) {
    closeSync(readFd);
    throw error;
  } finally {
    closeSync(writeFd);
  }
}

function withSecretsFile(
  secretOptions: Readonly<Record<string, string>>,
  spawnWith: (fd: number) => FfmpegChild,
): FfmpegChild {
  const fd = openSecretsFile(secretOptions);
  try {
    return spawnWith(fd);
  } finally {
    closeSync(fd);
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
    if (line.trim() === '' || OF_NO_ACCOUNT.test(line)) continue;
    lastLines.push(line);
    if (lastLines.length > LAST_LINES) lastLines.shift();
    onLine(line);
  }
}
