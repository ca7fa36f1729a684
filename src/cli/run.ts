import type { Config } from '../config/config.ts';
import { encodedSize, encoderArguments } from '../encoder/arguments.ts';
import { startEncoder, type Encoder } from '../encoder/encoder.ts';
import { probeFrameFormat } from '../encoder/frame-format-probe.ts';
import type { FrameFormat } from '../base/frame-format.ts';
import { EncoderStats } from '../status/encoder-stats.ts';
import type { Logger } from '../status/logger.ts';
import type { ServiceManager } from '../base/service-manager.ts';
import { statusLine } from '../status/status-line.ts';
import { OperatorLog } from '../status/operator-log.ts';
import { runWatch } from '../status/watch.ts';
import { systemClock } from '../base/clock.ts';
import { formatFrameRate } from '../base/frame-rate.ts';
import { reserveOutput } from '../encoder/output-path.ts';
import { runService, type ServiceState } from '../service/run-service.ts';
import { redisName } from '../redis/redis-name.ts';
import { createTransport } from '../mover/create-transport.ts';
import type { MoverObserver } from '../mover/frame-mover.ts';
import type { EncoderInput } from '../mover/frame-transport.ts';

/**
 * libsrt takes a peer that is silent for 5 s for gone (SRTO_PEERIDLETIMEO, its default), and ffmpeg ends at its next write
 * after that; what was under way when the peer went is in the rest.
 */
const SRT_SILENCE_MS = 5_500;

/** Settings that ffmpeg has agreed to. */
export interface RunPlan {
  readonly config: Config;
  readonly format: FrameFormat;
}

interface RunParts {
  readonly version: string;
  readonly manager: ServiceManager;
  /** Where the code of the frame thread is. */
  readonly frameThreadUrl: string;
  /** In order: the frame finished, the stream closed. */
  readonly stop: AbortSignal;
  /** At once: ffmpeg is killed. */
  readonly kill: AbortSignal;
}

/**
 * Asks ffmpeg for what the settings leave open; rejects with a `ConfigError` if it refuses them, and with the reason of
 * `stop` when that aborts.
 */
export async function prepareRun(config: Config, stop: AbortSignal): Promise<RunPlan> {
  return { config, format: await probeFrameFormat(config.ffmpeg, config, stop) };
}

/** The service with these settings, until it is told to stop: the composition root that knows every part. */
export async function run({ config, format }: RunPlan, log: Logger, parts: RunParts): Promise<void> {
  const { version, manager, stop, kill, frameThreadUrl } = parts;
  log.info(`cosmos-video-builder ${version}: ${planInWords(config, format)}`);
  warnOfOddSize(format, log);
  const operatorLog = createOperatorLog(config, format, log);
  const shape = { stream: config.stream, key: config.key, sizeBytes: format.sizeBytes };
  const observer = moverObserver(operatorLog);
  const transport = await createTransport({ config, shape, observer, log, frameThreadUrl });
  const encoderStats = new EncoderStats();
  let state: ServiceState = { kind: 'waiting' };
  const clock = systemClock;
  const names = { stream: config.stream, destination: config.destination.display };
  const onState = (next: ServiceState) => {
    state = next;
    operatorLog.state(next);
    manager.status(statusLine(next, names, undefined));
  };
  const ffmpegParts = { config, format, encoderStats, operatorLog, kill };
  const service = runService(
    {
      clock,
      transport,
      startEncoder: (stdin) => startFfmpeg(ffmpegParts, stdin),
      onState,
      linkSilenceMs: config.destination.kind === 'srt' ? SRT_SILENCE_MS : 0,
    },
    stop,
  );
  manager.ready();
  const watch = runWatch(
    {
      config,
      clock,
      log,
      state: () => state,
      transport,
      encoderCounts: () => encoderStats.counts,
      flush: () => operatorLog.flush(),
      onProgress: () => manager.alive(),
      onRecent: (recent) => manager.status(statusLine(state, names, recent)),
    },
    stop,
  );
  try {
    await Promise.all([service, watch]);
  } finally {
    await transport.close();
  }
}

function createOperatorLog(config: Config, format: FrameFormat, log: Logger): OperatorLog {
  return new OperatorLog(log, systemClock, {
    redis: redisName(config.redis),
    stream: config.stream,
    key: config.key,
    format,
    destination: config.destination.display,
    idleTimeoutMs: config.idleTimeoutMs,
  });
}

function moverObserver(operatorLog: OperatorLog): MoverObserver {
  return {
    onLost: (error) => operatorLog.sourceLost(error),
    onConnected: () => operatorLog.sourceConnected(),
    onStreamRestarted: () => operatorLog.streamRestarted(),
    onWrongEntry: (entry) => operatorLog.wrongEntry(entry),
    onScheduleRestarted: (tick) => operatorLog.scheduleRestarted(tick),
  };
}

interface FfmpegParts {
  readonly config: Config;
  readonly format: FrameFormat;
  readonly encoderStats: EncoderStats;
  readonly operatorLog: OperatorLog;
  readonly kill: AbortSignal;
}

function startFfmpeg(parts: FfmpegParts, stdin: EncoderInput['stdin']): Encoder {
  const { config, format, encoderStats, operatorLog, kill } = parts;
  const output = reserveOutput(config.destination);
  const { url } = output;
  operatorLog.output(url === config.destination.url ? config.destination.display : url);
  let encoder: Encoder;
  try {
    encoder = startEncoder(
      {
        ffmpeg: config.ffmpeg,
        argumentsFor: (secretsPath) =>
          encoderArguments(config, format, { url, ...(secretsPath !== undefined && { secretsPath }) }),
        secretOptions: config.destination.secretOptions,
        stdin,
      },
      {
        onProgress: (progress) => encoderStats.onProgress(progress),
        onLogLine: (line) => operatorLog.ffmpegLine(line),
      },
    );
  } catch (error) {
    output.release();
    throw error;
  }
  const onKill = () => encoder.kill();
  kill.addEventListener('abort', onKill, { once: true });
  void encoder.exited.then(() => output.release());
  void encoder.exited.then(() => kill.removeEventListener('abort', onKill));
  return encoder;
}

function planInWords(config: Config, format: FrameFormat): string {
  const { stream, key, frameRate, method, preset, tune, crf, destination, redis } = config;
  const cap = config.maxBitrateBps === undefined ? '' : `, at most ${config.maxBitrateBps / 1e6} Mbit/s`;
  return (
    `${stream} (${key}: ${format.widthPx}x${format.heightPx} ${format.pixelFormat}, ${format.sizeBytes} bytes) ` +
    `of ${redisName(redis)} -> ${formatFrameRate(frameRate)} fps by ${method}, ` +
    `H.264 ${preset}/${tune ?? 'no tune'}, CRF ${crf}${cap} -> ${destination.display}`
  );
}

function warnOfOddSize(format: FrameFormat, log: Logger): void {
  const { widthPx, heightPx } = encodedSize(format);
  if (widthPx === format.widthPx && heightPx === format.heightPx) return;
  log.warn(
    `COSMOS_VIDEO_RESOLUTION=${format.widthPx}x${format.heightPx} is odd, H.264 4:2:0 needs even sizes: ` +
      `the video is ${widthPx}x${heightPx}, with a black line added at the right or bottom`,
  );
}
