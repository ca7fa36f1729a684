import { expect } from 'bun:test';
import { SourceError } from '../../src/base/errors.ts';
import type { Failure } from '../../src/base/failure.ts';
import { formatStreamId, type StreamEntry } from '../../src/base/stream-entry.ts';
import type { RedisConfig } from '../../src/config/config.ts';
import type { FrameSlot } from '../../src/base/frame.ts';
import { FrameSlots } from '../../src/os/frame-slots.ts';
import { SlotIntake } from '../../src/os/slot-intake.ts';
import type { PollLoop } from '../../src/os/poll-loop.ts';
import type { SocketAddress } from '../../src/os/socket.ts';
import { RedisStreamConnection } from '../../src/redis/redis-stream-connection.ts';
import { STREAM_START } from '../../src/redis/stream-id.ts';
import type { WayToRedis } from '../../src/redis/way-to-redis.ts';
import { inLoop } from '../os/in-loop.ts';
import { bytesOf } from '../os/slot-bytes.ts';

export const FRAME = '0123456789abcdef';

interface Options {
  readonly config?: Partial<RedisConfig>;
  readonly key?: string;
  readonly sizeBytes?: number;
}

export interface ConnectionStage {
  readonly connection: RedisStreamConnection;
  readonly slots: FrameSlots;
  readonly loop: PollLoop;
}

const intake = (slot: FrameSlot) => new SlotIntake(slot);

/** Connects, lets `use` do its work and closes; all of it blocks this thread. */
export function onConnection<T>(
  to: readonly SocketAddress[] | ((loop: PollLoop) => Promise<WayToRedis>),
  use: (stage: ConnectionStage) => Promise<T>,
  { config = {}, key = 'pixels', sizeBytes = FRAME.length }: Options = {},
): Promise<T> {
  return inLoop(async (loop) => {
    const slots = new FrameSlots(sizeBytes);
    const shape = { stream: 'stream', key, sizeBytes };
    const redis = { host: '', port: 0, db: 0, tls: false, ...config };
    const way = typeof to === 'function' ? await to(loop) : { kind: 'addresses' as const, addresses: to };
    const target = { shape, slots, intake, loop };
    const connection = await RedisStreamConnection.connect(redis, 'Redis', way, target);
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
  while (slots.acquire()) count += 1;
  return count;
}

/** What a promise rejects with; it has to be a `SourceError`. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure | undefined> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof SourceError) return error.failure;
    throw error;
  }
  return undefined;
}

/** The same in words. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  return (await failureOf(promise))?.text ?? 'it did not fail';
}

/** The newest entry, in words. */
export async function newest({ connection }: ConnectionStage): Promise<string> {
  return inWords(await connection.readNewest(STREAM_START));
}

/** That port of loopback, as an address to connect to. */
export function loopback(port: number): SocketAddress {
  return { kind: 'ipv4', bytes: [127, 0, 0, 1], port };
}

/** Two entries in words, one after the other; a `SourceError` as its words. */
export async function readTwo({ connection, slots }: ConnectionStage): Promise<string[]> {
  const found: string[] = [];
  while (found.length < 2) {
    const entry = await connection.readNewest(STREAM_START).catch(wordsOf);
    found.push(typeof entry === 'string' ? entry : inWords(entry));
    if (typeof entry === 'object' && entry.kind === 'frame') slots.release(entry.pixels);
  }
  expect(freeSlots(slots)).toBe(3);
  return found;
}

function wordsOf(error: unknown): string {
  if (error instanceof SourceError) return error.message;
  throw error;
}
