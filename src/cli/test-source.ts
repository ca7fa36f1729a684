import { Backoff } from '../base/backoff.ts';
import { inSeconds, sleepMs, systemClock } from '../base/clock.ts';
import { ConfigError, SourceError } from '../base/errors.ts';
import { formatFrameRate, NS_PER_SECOND } from '../base/frame-rate.ts';
import type { TestSourceConfig } from '../config/config.ts';
import { RedisClient } from '../redis/redis-client.ts';
import { redisName } from '../redis/redis-name.ts';
import type { Logger } from '../status/logger.ts';
import { isTestPicturePixelFormat, TEST_PICTURE_PIXEL_FORMATS } from '../test-picture/pixel-layout.ts';
import { writeOffsetNs } from '../test-picture/source-schedule.ts';
import { createTestPicture } from '../test-picture/test-picture.ts';
import type { TestSourceOptions } from './test-source-options.ts';

const FIRST_RECONNECT_MS = 200;
const LONGEST_RECONNECT_MS = 5_000;
const REPORT_PERIOD_NS = 10n * NS_PER_SECOND;

/**
 * Writes a moving test picture into the stream until `signal` aborts or all frames asked for are written; a lost Redis is
 * tried again for ever. Rejects with a `ConfigError` for a pixel format that it cannot draw.
 */
export async function writeTestPictures(
  config: TestSourceConfig,
  options: TestSourceOptions,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { stream, key, redis } = config.source;
  const { pixelFormat, widthPx, heightPx } = config.format;
  const picture = createTestPicture({ pixelFormat: drawableFormat(pixelFormat), widthPx, heightPx });
  const pixels = Buffer.alloc(picture.sizeBytes);
  const writer = new StreamWriter(config, options.maxLengthEntries, log);
  log.info(
    `writing ${widthPx}x${heightPx} ${pixelFormat} (${picture.sizeBytes} bytes) at ${formatFrameRate(options.rate)} ` +
      `fps into ${stream} (${key}) of ${redisName(redis)}`,
  );
  const startNs = systemClock.nowNs();
  let reportNs = startNs + REPORT_PERIOD_NS;
  for (let index = 0; options.frameCount === 0 || index < options.frameCount; index += 1) {
    await systemClock.sleepUntil(startNs + writeOffsetNs(options, index, Math.random()), signal);
    if (signal.aborted) break;
    picture.draw(index, pixels);
    await writer.write(pixels, signal);
    if (systemClock.nowNs() < reportNs) continue;
    log.info(`${index + 1} frames written`);
    reportNs += REPORT_PERIOD_NS;
  }
  writer.close();
  log.info('stopped');
}

function drawableFormat(name: string) {
  if (isTestPicturePixelFormat(name)) return name;
  const known = TEST_PICTURE_PIXEL_FORMATS.join(', ');
  throw new ConfigError([`COSMOS_VIDEO_FORMAT=${name}: the test picture can be drawn in ${known}`]);
}

/** XADD on a connection that is made again when it is lost. */
class StreamWriter {
  readonly #reconnect = new Backoff(FIRST_RECONNECT_MS, LONGEST_RECONNECT_MS);
  #client: RedisClient | undefined;
  #isLost = false;

  constructor(
    private readonly config: TestSourceConfig,
    private readonly maxLengthEntries: number,
    private readonly log: Logger,
  ) {}

  /** Resolves once the frame is written, or `signal` aborts; a lost Redis is tried again. */
  async write(pixels: Buffer, signal: AbortSignal): Promise<void> {
    const { redis, stream, key } = this.config.source;
    while (!signal.aborted) {
      try {
        this.#client ??= await RedisClient.connect(redis);
        await this.#client.run((connected) =>
          connected.xadd(stream, 'MAXLEN', '=', this.maxLengthEntries, '*', key, pixels),
        );
        if (this.#isLost) this.log.info(`${redisName(redis)}: connected again`);
        this.#isLost = false;
        this.#reconnect.reset();
        return;
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        this.close();
        this.#isLost = true;
        const delayMs = this.#reconnect.nextMs();
        this.log.error(`${error.message}; trying again in ${inSeconds(delayMs)} s`);
        await sleepMs(systemClock, delayMs, signal);
      }
    }
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }
}
