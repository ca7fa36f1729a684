import { expect, test } from 'bun:test';
import { chmodSync, mkdirSync } from 'node:fs';
import { ScriptedRedis } from '../redis/scripted-redis.ts';
import { EXECUTABLE, startBuilder } from '../support/builder.ts';
import { Child } from '../support/child.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 60_000;
/** No name below `invalid` is ever known (RFC 6761). */
const UNKNOWN_HOST = 'no-such-host.invalid';

const portOf = ({ address }: ScriptedRedis) => (address.kind === 'unix' ? '' : `${address.port}`);

/** Runs `check` to its end, which is not a good one. */
async function badCheck(settings: Readonly<Record<string, string>>): Promise<string> {
  await using check = startBuilder(settings, 'check');
  expect(await check.exit(30_000)).toBe(1);
  return check.text;
}

test.concurrent(
  'check does not take a port where HTTP answers for Redis',
  async () => {
    using http = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('hello') });
    const text = await badCheck({ PORT: `${http.port}`, DESTINATION: '/dev/null' });
    expect(text).toMatch(/BAD +Redis .*what answers there is no Redis: check COSMOS_VIDEO_HOST and .*PORT/);
    expect(text).not.toContain('lets us in');
  },
  LIMIT_MS,
);

test.concurrent(
  'check does not take a server that says yes to everything for Redis',
  async () => {
    await using server = await ScriptedRedis.start([[['+OK\r\n'], ['+OK\r\n'], ['+OK\r\n']]]);
    const text = await badCheck({ PORT: portOf(server), DESTINATION: '/dev/null' });
    expect(text).toMatch(/BAD +Redis .*what answers there is no Redis/);
    expect(text).not.toContain('lets us in');
  },
  LIMIT_MS,
);

test.concurrent(
  'check does not take a server that says nothing for Redis',
  async () => {
    await using silent = await ScriptedRedis.start([[]]);
    const text = await badCheck({ PORT: portOf(silent), DESTINATION: '/dev/null' });
    expect(text).toMatch(/BAD +Redis .*no answer in 5 s/);
    expect(text).not.toContain('lets us in');
  },
  LIMIT_MS,
);

test.concurrent(
  'check names a host of Redis and one of the destination that are not known',
  async () => {
    const text = await badCheck({ HOST: UNKNOWN_HOST, DESTINATION: `srt://${UNKNOWN_HOST}:9000` });
    expect(text).toMatch(/BAD +Redis .*unknown host: check COSMOS_VIDEO_HOST/);
    expect(text).toMatch(/BAD +output .*not known: check the name in COSMOS_VIDEO_DESTINATION/);
  },
  LIMIT_MS,
);

test.concurrent(
  'check finds a file bad that cannot be made, where everything else is good',
  async () => {
    await using stage = await Stage.open();
    const source = stage.builder({}, 'source');
    await source.line(/writing/);
    await until(async () => (await stage.redis.xlen('imagestream')) > 0, 'first frame');
    mkdirSync(stage.file('closed'));
    // Everyone may look into the folder of the test, and nobody but root may write into this one.
    chmodSync(stage.folder.path, 0o755);
    chmodSync(stage.file('closed'), 0o555);
    mkdirSync(stage.file('open'));
    chmodSync(stage.file('open'), 0o777);
    const found = await Promise.all(
      ['open/x.ts', 'missing/x.ts', 'open', 'closed/x.ts'].map((name) =>
        checkAsNobody(stage, stage.file(name)),
      ),
    );
    expect(found.map(({ status }) => status)).toEqual([0, 1, 1, 1]);
    const [good = [], ...bad] = found.map(({ lines }) => lines);
    expect(good.filter((line) => /good +output .*can be written/.test(line))).toHaveLength(1);
    // Nothing else is bad.
    expect(bad.map((lines) => lines.filter((line) => line.startsWith('BAD')))).toEqual([
      [expect.stringMatching(/output .*missing does not exist: make it/)],
      [expect.stringMatching(/output .*open is a folder/)],
      [expect.stringMatching(/output .*this user may not make a file in .*closed: give it the right/)],
    ]);
  },
  LIMIT_MS,
);

/** Root may do everything; the file that is good is one that anybody may make. */
async function checkAsNobody(stage: Stage, destination: string) {
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  await using check = new Child([...as, EXECUTABLE, 'check'], {
    env: {
      COSMOS_VIDEO_HOST: '127.0.0.1',
      COSMOS_VIDEO_PORT: `${stage.server.port}`,
      COSMOS_VIDEO_RESOLUTION: '320x240',
      COSMOS_VIDEO_DESTINATION: destination,
    },
  });
  return { status: await check.exit(30_000), lines: check.lines };
}

test.concurrent(
  'check says which sizes and formats would fit where the size of a frame does not',
  async () => {
    await using stage = await Stage.open();
    await stage.redis.xadd('imagestream', '*', 'pixels', Buffer.alloc(640 * 480 * 2));
    const text = await badCheck({ PORT: `${stage.server.port}`, DESTINATION: '/dev/null' });
    expect(text).toMatch(
      /BAD +Redis .*614400 bytes, .*; so many bytes would be 640x480 gray16be, 640x480 gray16le, /,
    );
  },
  LIMIT_MS,
);

test.concurrent(
  'check writes control characters out that a server answers with',
  async () => {
    await using server = await ScriptedRedis.start([
      [['-ERR \u001B[2J\u0007\r\n'], ['-ERR \u001B[2J\u0007\r\n']],
    ]);
    const text = await badCheck({ PORT: portOf(server), DESTINATION: '/dev/null' });
    expect(text.split('\n').filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
    expect(text).toContain(String.raw`ERR \x1b[2J\x07`);
  },
  LIMIT_MS,
);
