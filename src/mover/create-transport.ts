import type { Config } from '../config/config.ts';
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

/** The direct transport wherever it can be used: with TLS it cannot, since that is the runtime's. */
export async function createTransport(wishes: TransportWishes): Promise<FrameTransport> {
  const { config, log } = wishes;
  if (config.source.redis.tls) return createLocal(wishes);
  try {
    return await createDirect(wishes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(
      `frames are read through ioredis, which takes more CPU: the direct way cannot be used (${reason})`,
    );
    return createLocal(wishes);
  }
}

/** ioredis is loaded only where it is used: it takes 16 MiB. */
async function createLocal({ config, shape, observer }: TransportWishes): Promise<FrameTransport> {
  const { ioredisConnector } = await import('../redis/ioredis-connection.ts');
  const connect = ioredisConnector(config.source.redis, shape);
  return new LocalTransport({
    settings: config.pacing,
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
  return new WorkerTransport({
    settings: config.pacing,
    redis: config.source.redis,
    shape,
    observer,
    frameThreadUrl,
  });
}
