import type { Config } from '../config/config.ts';
import { encodedSize, encoderArguments } from '../encoder/arguments.ts';
import { startEncoder, type Encoder } from '../encoder/encoder.ts';
import { probeFrameFormat } from '../encoder/frame-format-probe.ts';
import type { FrameFormat } from '../frame/frame-format.ts';
import { EncoderStats } from '../observe/encoder-stats.ts';
import type { Logger } from '../observe/logger.ts';
import { OperatorLog } from '../observe/operator-log.ts';
import { runWatch } from '../observe/watch.ts';
import { systemClock } from '../pacing/clock.ts';
import { formatFrameRate } from '../pacing/frame-rate.ts';
import { outputUrl } from '../service/output-path.ts';
import { runService, type ServiceState } from '../service/run-service.ts';
import { redisName } from '../source/redis-client.ts';
import { SourceCensus, type CensusTotals, type ReadingState } from '../source/source-census.ts';
import { StreamInfoSource } from '../source/stream-info.ts';
import { createTransport } from '../transport/create-transport.ts';
import type { MoverObserver } from '../transport/frame-mover.ts';
import type { EncoderInput, FrameTransport } from '../transport/frame-transport.ts';

/** How the service is told to end. */
interface StopSignals {
  /** In order: the frame finished, the stream closed. */
  readonly stop: AbortSignal;
  /** At once: ffmpeg is killed. */
  readonly kill: AbortSignal;
}

interface RunParts {
  readonly version: string;
  readonly signals: StopSignals;
  /** Where the code of the frame thread is. */
  readonly frameThreadUrl: string;
}

/**
 * The service, until it is told to stop: the composition root that knows every part. Rejects with a `ConfigError` if
 * ffmpeg refuses the format.
 */
export async function run(config: Config, log: Logger, parts: RunParts): Promise<void> {
  const { version, signals, frameThreadUrl } = parts;
  const format = await probeFrameFormat(config.ffmpeg, config);
  log.info(`cosmos-video-builder ${version}: ${planInWords(config, format)}`);
  warnOfOddSize(format, log);
  const operatorLog = createOperatorLog(config, format, log);
  signals.stop.addEventListener('abort', () => log.info('stopping: finishing the frame, closing the stream'));
  const shape = { stream: config.stream, key: config.key, sizeBytes: format.sizeBytes };
  const transport = await createTransport({
    config,
    shape,
    observer: moverObserver(operatorLog),
    log,
    frameThreadUrl,
  });
  const encoderStats = new EncoderStats();
  const census = createCensus(config);
  let state: ServiceState = { kind: 'waiting' };
  const clock = systemClock;
  const startStream = (stdin: EncoderInput['stdin']) =>
    startFfmpeg({ config, format, encoderStats, operatorLog, kill: signals.kill }, stdin);
  const onState = (next: ServiceState) => {
    state = next;
    operatorLog.state(next);
    // What is passed over is counted from where a stream begins; the answer itself is for the next report.
    if (next.kind === 'streaming') void census.look(transport);
  };
  try {
    await Promise.all([
      runService({ clock, transport, startEncoder: startStream, onState }, signals.stop),
      runWatch(
        {
          config,
          clock,
          log,
          state: () => state.kind,
          report: () => transport.report(),
          encoderCounts: () => encoderStats.counts,
          census: (reading) => census.ask(reading),
          flush: () => operatorLog.flush(),
        },
        signals.stop,
      ),
    ]);
  } finally {
    census.close();
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

function createCensus(config: Config) {
  const source = new StreamInfoSource(config.redis, config.stream);
  const census = new SourceCensus();
  return {
    async ask(reading: ReadingState): Promise<CensusTotals> {
      const info = await source.read();
      if (info) census.look(info, reading);
      return census.totals;
    },
    async look(transport: FrameTransport): Promise<void> {
      const { counts, position } = await transport.report();
      await this.ask({ entriesRead: counts.read + counts.wrong, position });
    },
    close: () => source.close(),
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
  const url = outputUrl(config.destination);
  if (url !== config.destination.url) operatorLog.nextFile(url);
  const encoder = startEncoder(
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
  const onKill = () => encoder.kill();
  kill.addEventListener('abort', onKill, { once: true });
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
