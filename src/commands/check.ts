import type { Config } from '../config/config.ts';
import { askCapabilities, protocolOf } from '../encoder/capabilities.ts';
import { probeFrameFormat } from '../encoder/frame-format-probe.ts';
import { ConfigError, SourceError } from '../errors.ts';
import type { FrameFormat } from '../frame/frame-format.ts';
import { systemClock } from '../pacing/clock.ts';
import { framesPerSecond, NS_PER_SECOND } from '../pacing/frame-rate.ts';
import { ioredisConnector } from '../source/ioredis-connection.ts';
import { redisName } from '../source/redis-name.ts';
import type { StreamConnection, StreamEntry } from '../source/stream-connection.ts';
import { formatStreamId, STREAM_START } from '../source/stream-id.ts';

/** How long frames are counted. */
const RATE_WINDOW_NS = 2n * NS_PER_SECOND;

/** One thing that was looked at. */
interface Finding {
  readonly isGood: boolean;
  readonly text: string;
}

/**
 * Looks at everything that the service needs and prints a line for each, with what to do where it is not good.
 * @returns `refused` where ffmpeg takes a setting for a fault, so that only other settings help
 */
export async function check(
  config: Config,
  print: (line: string) => void,
): Promise<'good' | 'bad' | 'refused'> {
  let isAllGood = true;
  const tell = (part: string, { isGood, text }: Finding) => {
    isAllGood &&= isGood;
    print(`${isGood ? 'good' : 'BAD '}  ${part.padEnd(8)}  ${text}`);
  };
  tell('settings', good('all are well-formed'));
  for (const finding of await ffmpegFindings(config)) tell('ffmpeg', finding);
  const format = await askFormat(config);
  const isRefused = format instanceof ConfigError;
  if (isRefused) for (const fault of format.faults) tell('ffmpeg', bad(fault));
  else tell('ffmpeg', good(`${format.pixelFormat} is taken as raw video: ${format.sizeBytes} bytes a frame`));
  for await (const finding of redisFindings(config, isRefused ? undefined : format)) tell('Redis', finding);
  if (isRefused) return 'refused';
  return isAllGood ? 'good' : 'bad';
}

async function askFormat(config: Config): Promise<FrameFormat | ConfigError> {
  try {
    return await probeFrameFormat(config.ffmpeg, config);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function good(text: string): Finding {
  return { isGood: true, text };
}

function bad(text: string): Finding {
  return { isGood: false, text };
}

async function ffmpegFindings(config: Config): Promise<Finding[]> {
  const { ffmpeg, destination } = config;
  let capabilities;
  try {
    capabilities = await askCapabilities(ffmpeg, destination);
  } catch {
    // That it cannot be run is what the question for the format says, too.
    return [];
  }
  const protocol = protocolOf(destination);
  return [
    good(`found ${ffmpeg}: ${capabilities.version}`),
    capabilities.hasLibx264
      ? good('it has the encoder libx264')
      : bad('it has no encoder libx264: install an ffmpeg that was built with it (apt install ffmpeg)'),
    capabilities.hasProtocol
      ? good(`it can write to ${protocol} (${destination.display})`)
      : bad(
          `it cannot write to ${protocol}: check COSMOS_VIDEO_DESTINATION, or install an ffmpeg that knows ${protocol}`,
        ),
  ];
}

async function* redisFindings(config: Config, format: FrameFormat | undefined): AsyncGenerator<Finding> {
  const shape = { stream: config.stream, key: config.key, sizeBytes: format?.sizeBytes ?? 0 };
  let connection: StreamConnection | undefined;
  try {
    connection = await ioredisConnector(config.redis, shape)();
    yield good(`${redisName(config.redis)} is reachable, and lets us in`);
    yield* streamFindings(connection, config, format);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    yield bad(error.message);
  } finally {
    connection?.close();
  }
}

async function* streamFindings(
  connection: StreamConnection,
  config: Config,
  format: FrameFormat | undefined,
): AsyncGenerator<Finding> {
  const newest = await connection.readNewest(STREAM_START);
  if (!newest) {
    yield bad(
      `the stream ${config.stream} is empty or not there: does the sensor's software write into it? ` +
        'Try without a sensor: cosmos-video-builder source',
    );
  } else {
    yield good(`the stream ${config.stream} is there, its newest entry is ${formatStreamId(newest.id)}`);
    if (format) yield entryFinding(newest, config, format);
  }
  yield await rateFinding(connection, config, newest);
}

function entryFinding(entry: StreamEntry, config: Config, format: FrameFormat): Finding {
  const size = `${format.widthPx}x${format.heightPx} ${format.pixelFormat}`;
  switch (entry.kind) {
    case 'frame':
      return good(`its field ${config.key} has the ${format.sizeBytes} bytes of a ${size} frame`);
    case 'no-key':
      return bad(`its newest entry has no field ${config.key}: check COSMOS_VIDEO_KEY`);
    case 'wrong-size':
      return bad(
        `its field ${config.key} has ${entry.sizeBytes} bytes, a ${size} frame has ${format.sizeBytes}: ` +
          'check COSMOS_VIDEO_RESOLUTION and COSMOS_VIDEO_FORMAT',
      );
  }
}

/** Counts the entries that come in 2 s; only those cross that come while we look. */
async function rateFinding(
  connection: StreamConnection,
  config: Config,
  newest: StreamEntry | undefined,
): Promise<Finding> {
  let position = newest?.id ?? STREAM_START;
  let count = 0;
  const endNs = systemClock.nowNs() + RATE_WINDOW_NS;
  for (let leftNs = RATE_WINDOW_NS; leftNs > 0n; leftNs = endNs - systemClock.nowNs()) {
    const entry = await connection.readAfter(position, Math.max(1, Math.ceil(Number(leftNs) / 1e6)));
    if (!entry) continue;
    position = entry.id;
    count += 1;
  }
  const seconds = Number(RATE_WINDOW_NS / NS_PER_SECOND);
  const wanted = framesPerSecond(config.frameRate).toFixed(2);
  return count > 0
    ? good(
        `${(count / seconds).toFixed(1)} frames a second come in (over ${seconds} s), ${wanted} will go out`,
      )
    : bad(`no frame came in ${seconds} s: does the sensor's software write into ${config.stream}?`);
}
