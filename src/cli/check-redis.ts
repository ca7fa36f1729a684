import { systemClock } from '../base/clock.ts';
import { excessInWords } from '../base/entry-limits.ts';
import { SourceError } from '../base/errors.ts';
import type { FrameFormat } from '../base/frame-format.ts';
import { framesPerSecond, NS_PER_SECOND } from '../base/frame-rate.ts';
import { formatStreamId } from '../base/stream-entry.ts';
import type { Config } from '../config/config.ts';
import { redisName } from '../redis/redis-name.ts';
import { StreamCheck, type SeenEntry } from '../redis/stream-check.ts';
import { STREAM_START } from '../redis/stream-id.ts';
import { bad, good, type Finding } from './finding.ts';
import { likelyFormats } from './likely-formats.ts';

/** How long frames are counted. */
const RATE_WINDOW_NS = 2n * NS_PER_SECOND;

/** Redis, the stream in it, the size of its frames (where `format` is known) and their rate. Never throws. */
export async function* redisFindings(
  config: Config,
  format: FrameFormat | undefined,
): AsyncGenerator<Finding> {
  const shape = { stream: config.source.stream, key: config.source.key, sizeBytes: format?.sizeBytes ?? 0 };
  let connection: StreamCheck | undefined;
  try {
    connection = await StreamCheck.connect(config.source.redis, shape);
    await connection.askTime();
    yield good(`${redisName(config.source.redis)} is reachable, and lets us in`);
    yield* streamFindings(connection, config, format);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    yield bad(error.message);
  } finally {
    connection?.close();
  }
}

async function* streamFindings(
  connection: StreamCheck,
  config: Config,
  format: FrameFormat | undefined,
): AsyncGenerator<Finding> {
  const newest = await connection.newest();
  if (!newest) {
    yield bad(
      `the stream ${config.source.stream} is empty or not there: does the sensor's software write into it? ` +
        'Try without a sensor: cosmos-video-builder source',
    );
  } else {
    yield good(
      `the stream ${config.source.stream} is there, its newest entry is ${formatStreamId(newest.id)}`,
    );
    if (format) yield entryFinding(newest, config, format);
  }
  yield await rateFinding(connection, config, newest);
}

function entryFinding(entry: SeenEntry, config: Config, format: FrameFormat): Finding {
  const size = `${format.widthPx}x${format.heightPx} ${format.pixelFormat}`;
  switch (entry.kind) {
    case 'frame':
      return good(`its field ${config.source.key} has the ${format.sizeBytes} bytes of a ${size} frame`);
    case 'no-key':
      return bad(`its newest entry has no field ${config.source.key}: check COSMOS_VIDEO_KEY`);
    case 'wrong-size':
      return bad(
        `its field ${config.source.key} has ${entry.sizeBytes} bytes, a ${size} frame has ${format.sizeBytes}: ` +
          `check COSMOS_VIDEO_RESOLUTION and COSMOS_VIDEO_FORMAT${likelyInWords(entry.sizeBytes, format)}`,
      );
    case 'too-many-fields':
    case 'too-much-beside':
      return bad(`its newest entry ${excessInWords(entry)}: check what writes into the stream`);
  }
}

function likelyInWords(sizeBytes: number, format: FrameFormat): string {
  const likely = likelyFormats(sizeBytes, format);
  return likely.length === 0 ? '' : `; so many bytes would be ${likely.join(', ')}`;
}

/** Counts the entries that come in 2 s; only those cross that come while we look. */
async function rateFinding(
  connection: StreamCheck,
  config: Config,
  newest: SeenEntry | undefined,
): Promise<Finding> {
  let position = newest?.id ?? STREAM_START;
  let count = 0;
  const endNs = systemClock.nowNs() + RATE_WINDOW_NS;
  for (let leftNs = RATE_WINDOW_NS; leftNs > 0n; leftNs = endNs - systemClock.nowNs()) {
    const entry = await connection.next(position, Math.max(1, Math.ceil(Number(leftNs) / 1e6)));
    if (!entry) continue;
    position = entry.id;
    count += 1;
  }
  const seconds = Number(RATE_WINDOW_NS / NS_PER_SECOND);
  const wanted = framesPerSecond(config.pacing.frameRate).toFixed(2);
  return count > 0
    ? good(
        `${(count / seconds).toFixed(1)} frames a second come in (over ${seconds} s), ${wanted} will go out`,
      )
    : bad(`no frame came in ${seconds} s: does the sensor's software write into ${config.source.stream}?`);
}
