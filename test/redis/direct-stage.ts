import type { StreamEntry } from '../../src/base/stream-entry.ts';
import { bytesOf } from '../os/slot-bytes.ts';
import { DirectConnection } from '../../src/redis/direct-connection.ts';
import { FrameSlots } from '../../src/os/frame-slots.ts';
import type { PollLoop } from '../../src/os/poll-loop.ts';
import type { SocketAddress } from '../../src/os/socket.ts';
import type { RedisConfig } from '../../src/config/config.ts';
import { formatStreamId } from '../../src/redis/stream-id.ts';
import { inLoop } from '../os/in-loop.ts';

export const FRAME = '0123456789abcdef';

interface Options {
  readonly config?: Partial<RedisConfig>;
  readonly key?: string;
  readonly sizeBytes?: number;
}

export interface DirectStage {
  readonly connection: DirectConnection;
  readonly slots: FrameSlots;
  readonly loop: PollLoop;
}

/** Connects, lets `use` do its work and closes; all of it blocks this thread. */
export function onConnection<T>(
  addresses: readonly SocketAddress[],
  use: (stage: DirectStage) => Promise<T>,
  { config = {}, key = 'pixels', sizeBytes = FRAME.length }: Options = {},
): Promise<T> {
  return inLoop(async (loop) => {
    const slots = new FrameSlots(sizeBytes);
    const shape = { stream: 'stream', key, sizeBytes };
    const target = { shape, slots, isInPipe: () => false, loop };
    const redis = { host: '', port: 0, db: 0, tls: false, ...config };
    const connection = await DirectConnection.connect(redis, 'Redis', addresses, target);
    try {
      return await use({ connection, slots, loop });
    } finally {
      connection.close();
    }
  });
}

/** An entry in words: its id, and the pixels or what is wrong. */
export function inWords(entry: StreamEntry | undefined): string {
  if (!entry) return 'none';
  const id = formatStreamId(entry.id);
  switch (entry.kind) {
    case 'frame':
      return `${id} ${Buffer.from(bytesOf(entry.pixels)).toString('latin1')}`;
    case 'wrong-size':
      return `${id} has ${entry.sizeBytes} bytes`;
    case 'no-key':
      return `${id} has no key`;
    case 'too-many-fields':
      return `${id} has ${entry.fieldCount} fields`;
    case 'too-much-beside':
      return `${id} has too much beside`;
  }
}

/** How many slots are free now: all of them unless somebody holds one. */
export function freeSlots(slots: FrameSlots): number {
  let count = 0;
  while (slots.acquire(() => false)) count += 1;
  return count;
}
