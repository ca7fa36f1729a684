import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ConfigError, ConnectionError } from '../../src/base/errors.ts';
import { openTlsTunnel } from '../../src/redis/tls-tunnel.ts';
import { freeTcpPort } from '../support/ports.ts';
import { until } from '../support/until.ts';
import { FarEnd, openDescriptors, TlsStage } from './tls-stage.ts';

const FRAME_BYTES = 1920 * 1080 * 2;
/** So many frames do not fit into what is between Redis and the far end. */
const MANY = 20;
type TlsTarget = Parameters<typeof openTlsTunnel>[0];

const NEVER = new AbortController().signal;

let stage: TlsStage;
let redis: Redis;

beforeAll(async () => {
  stage = await TlsStage.open();
  redis = stage.server.client();
});

afterAll(async () => {
  redis.disconnect();
  await stage[Symbol.asyncDispose]();
});

async function openFarEnd(signal = NEVER): Promise<FarEnd> {
  return new FarEnd(await openTlsTunnel(stage.target, signal));
}

/** Connections over TLS that Redis has; the one of the test itself is not among them. */
async function connections(): Promise<number> {
  const list = String(await redis.client('LIST'));
  return list.split('\n').filter((line) => line.includes(`laddr=127.0.0.1:${stage.port} `)).length;
}

async function untilConnections(count: number): Promise<void> {
  await until(async () => (await connections()) === count, `moment with ${count} connections`);
}

/** Redis has sent as much as the way to the far end holds: nothing more goes out. */
async function sentUntilFull(): Promise<number> {
  let sentBytes = -1;
  await until(async () => {
    const beforeBytes = sentBytes;
    sentBytes = Number(/total_net_output_bytes:(\d+)/.exec(await redis.info('stats'))?.[1]);
    // The answers to this question count too.
    return sentBytes - beforeBytes < 65_536;
  }, 'end of sending');
  return sentBytes;
}

/** Puts a frame that is like no other, no part of it like another, into `frame`, and returns the reply that has it. */
async function putFrame(): Promise<Buffer> {
  const frame = randomBytes(FRAME_BYTES);
  await redis.set('frame', frame);
  return Buffer.concat([Buffer.from(`$${FRAME_BYTES}\r\n`), frame, Buffer.from('\r\n')]);
}

/** What an opening that fails rejects with. */
async function failure(target: TlsTarget, signal = NEVER): Promise<Error> {
  const error: unknown = await openTlsTunnel(target, signal).catch((reason: unknown) => reason);
  if (error instanceof Error) return error;
  throw new Error('it does not fail');
}

/** The reason, which is one of the way to Redis and no fault of the program. */
async function refusal(target: TlsTarget): Promise<string> {
  const error = await failure(target);
  expect(error).toBeInstanceOf(ConnectionError);
  return error.message;
}

function sendOften(far: FarEnd, ...words: string[]): void {
  for (let count = 0; count < MANY; count += 1) far.send(...words);
}

test('frames come through as they are, one after the other', async () => {
  const far = await openFarEnd();
  for (let number = 0; number < MANY; number += 1) {
    const expected = await putFrame();
    far.send('GET', 'frame');
    expect((await far.read(expected.length)).equals(expected)).toBe(true);
  }
  far.close();
  await untilConnections(0);
});

test('what the far end does not read stays in Redis, and comes when it does', async () => {
  const far = await openFarEnd();
  const expected = await putFrame();
  const beforeBytes = await sentUntilFull();
  sendOften(far, 'GET', 'frame');
  expect((await sentUntilFull()) - beforeBytes).toBeLessThan(8 * FRAME_BYTES);
  for (let count = 0; count < MANY; count += 1) {
    expect((await far.read(expected.length)).equals(expected)).toBe(true);
  }
  far.close();
  await untilConnections(0);
});

test('the last words of Redis are still to be read, and then the end', async () => {
  const far = await openFarEnd();
  const expected = await putFrame();
  far.send('GET', 'frame');
  far.send('QUIT');
  expect((await far.rest()).equals(Buffer.concat([expected, Buffer.from('+OK\r\n')]))).toBe(true);
  far.close();
});

test('closing the far end closes the connection, also in the middle of a frame', async () => {
  const [idle, busy] = [await openFarEnd(), await openFarEnd()];
  await putFrame();
  await untilConnections(2);
  sendOften(busy, 'GET', 'frame');
  await busy.read(FRAME_BYTES + 1000);
  busy.close();
  await untilConnections(1);
  idle.close();
  await untilConnections(0);
});

test('when the program stops, all tunnels end, also one that nobody reads', async () => {
  const stopped = new AbortController();
  const [idle, busy] = [await openFarEnd(stopped.signal), await openFarEnd(stopped.signal)];
  await putFrame();
  sendOften(busy, 'GET', 'frame');
  await sentUntilFull();
  stopped.abort(new Error('stopped'));
  await untilConnections(0);
  expect((await idle.rest()).length).toBe(0);
  expect((await busy.rest()).length).toBeLessThan(MANY * FRAME_BYTES);
  idle.close();
  busy.close();
  expect((await failure(stage.target, stopped.signal)).message).toBe('stopped');
});

test('a stop while it connects is the end of that', async () => {
  const stopped = new AbortController();
  const opening = failure(stage.target, stopped.signal);
  stopped.abort(new Error('stopped'));
  expect((await opening).message).toBe('stopped');
  await untilConnections(0);
});

test('a certificate that nobody vouches for is refused, and one for another host', async () => {
  const { host, port, tlsCa } = stage.target;
  expect(await refusal({ host, port })).toBe('self signed certificate');
  expect(await refusal({ host: 'localhost', port, tlsCa })).toMatch(/does not match certificate's altnames/);
  await untilConnections(0);
});

test('the environment cannot make it trust everybody', async () => {
  const { host, port } = stage.target;
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  try {
    expect(await refusal({ host, port })).toBe('self signed certificate');
  } finally {
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  }
});

test('where nobody listens or the name is unknown, the reason is that of the system', async () => {
  const { tlsCa } = stage.target;
  expect(await refusal({ host: '127.0.0.1', port: await freeTcpPort(), tlsCa })).toContain('ECONNREFUSED');
  expect(await refusal({ host: 'nobody.invalid', port: 6379, tlsCa })).toContain('ENOTFOUND');
});

test('who says nothing is given up after 5 s', async () => {
  const mute = createServer();
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  const port = await freeTcpPort();
  mute.listen(port, '127.0.0.1', resolve);
  await listening;
  const startMs = performance.now();
  expect(await refusal({ ...stage.target, port })).toBe('no answer in 5 s');
  expect(performance.now() - startMs).toBeLessThan(6_000);
  mute.close();
});

test('a certificate authority that cannot be read is a fault of the settings, one that is none is not', async () => {
  const { host, port } = stage.target;
  const missing = await failure({ host, port, tlsCa: '/nowhere/ca.pem' });
  expect(missing).toBeInstanceOf(ConfigError);
  expect(missing.message).toMatch(/^COSMOS_VIDEO_TLS_CA=\/nowhere\/ca.pem cannot be read: ENOENT/);
  expect(await refusal({ host, port, tlsCa: join(import.meta.dir, 'tls-stage.ts') })).toBe('Invalid CA');
});

/** Leaves it in the middle of a reply. */
async function ask(far: FarEnd): Promise<void> {
  sendOften(far, 'GET', 'frame');
  await far.read(1000);
}

async function quit(far: FarEnd): Promise<void> {
  far.send('QUIT');
  await far.rest();
}

test('a Redis that is killed in the middle of a frame ends it, and no descriptor is left of anything', async () => {
  await using other = await TlsStage.open();
  const tunnels = async (count: number, use: (far: FarEnd) => Promise<unknown>) => {
    for (let index = 0; index < count; index += 1) {
      const far = new FarEnd(await openTlsTunnel(other.target, NEVER));
      await use(far);
      far.close();
    }
  };
  const client = other.server.client();
  await client.set('frame', Buffer.alloc(FRAME_BYTES));
  // What the runtime opens once and keeps is there after the first time.
  await tunnels(1, quit);
  await refusal({ ...other.target, host: 'localhost' });
  client.disconnect();
  const before = openDescriptors();
  await tunnels(10, ask);
  await tunnels(10, quit);
  for (let count = 0; count < 10; count += 1) await refusal({ ...other.target, host: 'localhost' });
  await tunnels(1, async (far) => {
    await ask(far);
    other.server.signal('SIGKILL');
    expect((await far.rest()).length).toBeLessThan(MANY * FRAME_BYTES);
  });
  await until(async () => openDescriptors() <= before, `moment with ${before} descriptors`);
});
