import type { Config } from '../config/config.ts';
import { encodedSize, encoderArguments } from '../encoder/arguments.ts';
import { startEncoder, type Encoder } from '../encoder/encoder.ts';
import type { FrameFormat } from '../frame/frame-format.ts';
import { probeFrameFormat } from '../encoder/frame-format-probe.ts';
import type { Logger } from '../observe/logger.ts';
import { OperatorLog } from '../observe/operator-log.ts';
import { runReporter, runWatch } from '../observe/reporter.ts';
import { Stats } from '../observe/stats.ts';
import { systemClock } from '../pacing/clock.ts';
import { formatFrameRate } from '../pacing/frame-rate.ts';
import { outputUrl } from '../service/output-path.ts';
import { runService, type ServiceState } from '../service/run-service.ts';
import { ioredisConnector } from '../source/ioredis-connection.ts';
import { redisName } from '../source/redis-client.ts';
import { SourceCensus, type CensusTotals } from '../source/source-census.ts';
import { StreamFrameReader } from '../source/stream-frame-reader.ts';
import { StreamInfoSource } from '../source/stream-info.ts';

/** How the service is told to end. */
export interface StopSignals {
  /** In order: the frame finished, the stream closed. */
  readonly stop: AbortSignal;
  /** At once: ffmpeg is killed. */
  readonly kill: AbortSignal;
}

/**
 * The service, until it is told to stop: the composition root that knows every part. Rejects with a `ConfigError` if
 * ffmpeg refuses the format.
 */
export async function run(config: Config, log: Logger, version: string, signals: StopSignals): Promise<void> {
  const format = await probeFrameFormat(config.ffmpeg, config);
  log.info(`cosmos-video-builder ${version}: ${planInWords(config, format)}`);
  warnOfOddSize(format, log);
  signals.stop.addEventListener('abort', () => log.info('stopping: finishing the frame, closing the stream'));
  const stats = new Stats();
  const operatorLog = new OperatorLog(log, systemClock, {
    redis: redisName(config.redis),
    stream: config.stream,
    key: config.key,
    format,
    destination: config.destination.display,
    idleTimeoutMs: config.idleTimeoutMs,
  });
  const reader = createReader(config, format, stats, operatorLog);
  const census = createCensus(config, stats, reader);
  let state: ServiceState = { kind: 'waiting' };
  const reporting = { config, clock: systemClock, stats, log };
  const watches = [
    runReporter(
      { ...reporting, stateInWords: () => state.kind, askCensus: () => census.ask() },
      signals.stop,
    ),
    runWatch(
      { ...reporting, isStreaming: () => state.kind === 'streaming', flush: () => operatorLog.flush() },
      signals.stop,
    ),
  ];
  const service = runService(
    {
      config,
      clock: systemClock,
      reader,
      startEncoder: () => startStream(config, format, stats, operatorLog, signals.kill),
      observer: {
        onState(next) {
          state = next;
          operatorLog.state(next);
          if (next.kind === 'streaming') {
            stats.onFirstFrame();
            void census.ask();
          }
        },
        onTick(tick, selection, nowNs) {
          stats.onTick(tick, selection, nowNs);
          operatorLog.tick(tick);
        },
        onDropped: () => stats.onDropped(),
      },
    },
    signals.stop,
  );
  try {
    await Promise.race([service, Promise.all(watches).then(() => service)]);
  } finally {
    reader.close();
    census.close();
  }
}

function createReader(config: Config, format: FrameFormat, stats: Stats, operatorLog: OperatorLog) {
  const shape = { stream: config.stream, key: config.key, sizeBytes: format.sizeBytes };
  return new StreamFrameReader({
    connect: ioredisConnector(config.redis, shape),
    clock: systemClock,
    // Only scale has a backlog that could become old.
    maxDelayMs: config.method === 'scale' ? config.maxDelayMs : 0,
    observer: {
      onLost: (error) => operatorLog.sourceLost(error),
      onConnected: () => operatorLog.sourceConnected(),
      onStreamRestarted: () => operatorLog.streamRestarted(),
      onFrameRead: () => stats.onRead(),
      onWrongEntry(entry) {
        stats.onWrong();
        operatorLog.wrongEntry(entry);
      },
    },
  });
}

function createCensus(config: Config, stats: Stats, reader: StreamFrameReader) {
  const source = new StreamInfoSource(config.redis, config.stream);
  const census = new SourceCensus();
  return {
    async ask(): Promise<CensusTotals> {
      const info = await source.read();
      const { read, wrong } = stats.counts;
      if (info) census.look(info, { entriesRead: read + wrong, position: reader.position });
      return census.totals;
    },
    close: () => source.close(),
  };
}

function startStream(
  config: Config,
  format: FrameFormat,
  stats: Stats,
  operatorLog: OperatorLog,
  kill: AbortSignal,
): Encoder {
  const url = outputUrl(config.destination);
  if (url !== config.destination.url) operatorLog.nextFile(url);
  const encoder = startEncoder(
    {
      ffmpeg: config.ffmpeg,
      argumentsFor: (secretsPath) =>
        encoderArguments(config, format, { url, ...(secretsPath !== undefined && { secretsPath }) }),
      secretOptions: config.destination.secretOptions,
    },
    {
      onProgress: (progress) => stats.onProgress(progress),
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
