import type { Config } from '../config/config.ts';
import { ConfigError } from '../base/errors.ts';
import type { Logger } from '../status/logger.ts';
import { systemClock } from '../base/clock.ts';
import type { StreamShape } from '../redis/stream-connection.ts';
import type { MoverObserver } from './frame-mover.ts';
import type { FrameTransport } from './frame-transport.ts';
import { LocalTransport } from './local-transport.ts';

interface TransportWishes {
  readonly config: Config;
  readonly shape: StreamShape;
  readonly observer: MoverObserver;
  readonly log: Logger;
  /** Where the code of the frame thread is. */
  readonly frameThreadUrl: string;
}

/**
 * The transport that the settings ask for; `auto` is the direct one wherever it can be used. Rejects with a `ConfigError`
 * where `direct` is asked for and cannot be.
 */
export async function createTransport(wishes: TransportWishes): Promise<FrameTransport> {
  const { config, log } = wishes;
  if (config.reader === 'ioredis' || config.redis.tls) return createLocal(wishes);
  try {
    return await createDirect(wishes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (config.reader === 'direct') {
      throw new ConfigError([
        `COSMOS_VIDEO_READER is "direct", which cannot be used on this system: ${reason}`,
      ]);
    }
    log.warn(
      `frames are read through ioredis, which takes more CPU: the direct way cannot be used (${reason})`,
    );
    return createLocal(wishes);
  }
}

/** ioredis is loaded only where it is used: it takes 16 MiB. */
async function createLocal({ config, shape, observer }: TransportWishes): Promise<FrameTransport> {
  const { ioredisConnector } = await import('../redis/ioredis-connection.ts');
  const connect = ioredisConnector(config.redis, shape);
  return new LocalTransport({
    settings: config,
    clock: systemClock,
    connect,
    stream: shape.stream,
    observer,
  });
}

/** Loaded only when it is used: where the system has no such C library, loading it already fails. */
async function createDirect({
  config,
  shape,
  observer,
  frameThreadUrl,
}: TransportWishes): Promise<FrameTransport> {
  const { WorkerTransport } = await import('./mover.ts');
  return new WorkerTransport({ settings: config, redis: config.redis, shape, observer, frameThreadUrl });
}
