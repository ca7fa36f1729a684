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
  return { config, format: await probeFrameFormat(config.encoder.ffmpeg, config.format, stop) };
}

/** The service with these settings, until it is told to stop: the composition root that knows every part. */
export async function run({ config, format }: RunPlan, log: Logger, parts: RunParts): Promise<void> {
  const { version, manager, stop, kill, frameThreadUrl } = parts;
  log.info(`cosmos-video-builder ${version}: ${planInWords(config, format)}`);
  warnOfOddSize(format, log);
  const operatorLog = createOperatorLog(config, format, log);
  const { source, pacing, encoder, output, report } = config;
  const shape = { stream: source.stream, key: source.key, sizeBytes: format.sizeBytes };
  const observer = moverObserver(operatorLog);
  const transport = await createTransport({ config, shape, observer, log, frameThreadUrl });
  const encoderStats = new EncoderStats();
  let state: ServiceState = { kind: 'waiting' };
  const clock = systemClock;
  const names = { stream: source.stream, destination: output.destination.display };
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
      linkSilenceMs: output.destination.kind === 'srt' ? SRT_SILENCE_MS : 0,
    },
    stop,
  );
  manager.ready();
  const watch = runWatch(
    {
      config: {
        ...pacing,
        preset: encoder.preset,
        stream: source.stream,
        reportIntervalMs: report.intervalMs,
      },
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
    redis: redisName(config.source.redis),
    stream: config.source.stream,
    key: config.source.key,
    format,
    destination: config.output.destination.display,
    idleTimeoutMs: config.pacing.idleTimeoutMs,
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
  const { destination } = config.output;
  const output = reserveOutput(destination);
  const { url } = output;
  operatorLog.output(url === destination.url ? destination.display : url);
  let encoder: Encoder;
  try {
    encoder = startEncoder(
      {
        ffmpeg: config.encoder.ffmpeg,
        argumentsFor: (secretsPath) =>
          encoderArguments({ ...config.encoder, frameRate: config.pacing.frameRate }, format, {
            url,
            ...(secretsPath !== undefined && { secretsPath }),
          }),
        secretOptions: destination.secretOptions,
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
  const { source, pacing, output } = config;
  const { preset, tune, crf, maxBitrateBps } = config.encoder;
  const cap = maxBitrateBps === undefined ? '' : `, at most ${maxBitrateBps / 1e6} Mbit/s`;
  return (
    `${source.stream} (${source.key}: ${format.widthPx}x${format.heightPx} ${format.pixelFormat}, ${format.sizeBytes} bytes) ` +
    `of ${redisName(source.redis)} -> ${formatFrameRate(pacing.frameRate)} fps by ${pacing.method}, ` +
    `H.264 ${preset}/${tune ?? 'no tune'}, CRF ${crf}${cap} -> ${output.destination.display}`
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
