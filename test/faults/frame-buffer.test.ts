import { expect, test } from 'bun:test';
import { unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SMALL, startBuilder } from '../support/builder.ts';
import { Folder } from '../support/folder.ts';
import { FrameBuffer } from '../support/frame-buffer.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 90_000;
const PIXELS = Buffer.alloc(SMALL.widthPx * SMALL.heightPx * 2);
const BIG_FRAME = Buffer.alloc(4_147_200);

/** All that a producer does, as client libraries send it. */
const PRODUCER = [
  'PING',
  'ECHO x',
  'HELLO 2',
  'SELECT 0',
  'CLIENT SETNAME sensor',
  'CLIENT GETNAME',
  'CLIENT ID',
  'COMMAND COUNT',
  'MULTI',
  'XADD s * pixels x',
  'EXEC',
  'XLEN s',
  'XREAD COUNT 1 STREAMS s 0',
  'XREVRANGE s + - COUNT 1',
  'XTRIM s MAXLEN 1',
  'XDEL s 1-1',
  'EXISTS s',
  'TYPE s',
  'TIME',
  'INFO memory',
  'DEL s',
  'UNLINK s',
];

/** By each of these one program could hold up all others, see or change what is not its own, or end the server. */
const REFUSED = [
  'EVAL return_1 0',
  'EVALSHA 0 0',
  'SCRIPT FLUSH',
  'FUNCTION LIST',
  'FCALL f 0',
  'KEYS *',
  'SCAN 0',
  'SORT s',
  'BLMOVE a b LEFT LEFT 0',
  'LRANGE a 0 -1',
  'SET a 1',
  'XINFO STREAM s',
  'XGROUP CREATE s g 0 MKSTREAM',
  'XREADGROUP GROUP g c STREAMS s >',
  'CLIENT KILL TYPE normal',
  'CLIENT PAUSE 1000',
  'CLIENT LIST',
  'CONFIG SET dir /tmp',
  'ACL LIST',
  'MONITOR',
  'SUBSCRIBE a',
  'FLUSHALL',
  'SWAPDB 0 1',
  'SAVE',
  'REPLICAOF NO ONE',
  'SHUTDOWN NOSAVE',
];

test.concurrent('whoever writes frames may do what a producer does, and nothing else', async () => {
  await using buffer = await FrameBuffer.start();
  const redis = buffer.client();
  const ask = async (line: string) => {
    const [name = '', ...rest] = line.split(' ');
    return redis.call(name, ...rest).then(String, (error: Error) => error.message);
  };
  for (const line of PRODUCER)
    expect([line, await ask(line)]).not.toEqual([line, expect.stringMatching(/ERR|NOPERM/)]);
  for (const line of REFUSED)
    expect([line, await ask(line)]).toEqual([line, expect.stringMatching(/^NOPERM/)]);
  redis.disconnect();
});

test.concurrent(
  'the builder logs in to the frame buffer by itself, also after that was started again',
  async () => {
    using folder = new Folder();
    // Whoever writes has a password here, which the builder does not know.
    await using buffer = await FrameBuffer.start((config) =>
      config.replace('user default on nopass', 'user default on >secret'),
    );
    await using builder = startBuilder({
      DESTINATION: folder.file('x.ts'),
      SOCKET: buffer.socket,
      IDLE_TIMEOUT: '1',
    });
    await builder.line(/redis.sock: connected/);
    for (const nth of [1, 2]) {
      if (nth === 2) {
        await buffer.stop();
        await builder.line(/connection refused|no such socket|was closed/);
        await buffer.startAgain();
        await builder.line(/connected again/, { withinMs: 25_000 });
      }
      const admin = buffer.client('admin');
      await until(async () => String(await admin.client('LIST')).includes('user=builder'), 'user builder');
      await admin.xadd('imagestream', '*', 'pixels', PIXELS);
      await builder.line(/streaming to/, { nth });
      await builder.line(/closing the stream/, { nth });
      admin.disconnect();
    }
    expect(builder.text).not.toMatch(/NOPERM|NOAUTH|WRONGPASS/);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test.concurrent('without a password beside the socket the builder is the default user, as ever', async () => {
  using folder = new Folder();
  await using buffer = await FrameBuffer.start();
  unlinkSync(join(dirname(buffer.socket), 'builder-password'));
  await using builder = startBuilder({ DESTINATION: folder.file('x.ts'), SOCKET: buffer.socket });
  await builder.line(/redis.sock: connected/);
  const redis = buffer.client();
  await redis.xadd('imagestream', '*', 'pixels', PIXELS);
  await builder.line(/streaming to/);
  redis.disconnect();
  expect(await builder.stop()).toBe(0);
});

test.concurrent(
  'full, the frame buffer takes away frame by frame, so that nobody waits for long',
  async () => {
    await using buffer = await FrameBuffer.start((config) =>
      config.replace('maxmemory 600mb', 'maxmemory 200mb'),
    );
    const [redis, admin] = [buffer.client(), buffer.client('admin')];
    const statistics = async (section: string, name: string) =>
      Number(new RegExp(`^${name}(\\d+)`, 'm').exec(await admin.info(section))?.[1] ?? 0);
    const usedBytes = () => statistics('memory', 'used_memory:');
    // 70 % are 33 such frames, 80 % are 38: one more than the first, and then it is quiet.
    for (let count = 0; count < 35; count += 1) await redis.xadd('full', '*', 'pixels', BIG_FRAME);
    await until(async () => (await usedBytes()) < 0.62 * 200 * 1024 * 1024, 'room in the frame buffer');
    const gone = 35 - (await redis.xlen('full'));
    // Asked for after that: it may trim on meanwhile.
    const trims = await statistics('commandstats', 'cmdstat_xtrim:calls=');
    expect(gone).toBeGreaterThan(0);
    expect(trims).toBeGreaterThanOrEqual(gone);
    expect(await statistics('stats', 'evicted_keys:')).toBe(0);
    redis.disconnect();
    admin.disconnect();
  },
);
