import { describe, expect, test } from 'bun:test';
import { redisFailure } from '../../src/redis/redis-errors.ts';
import { redisName } from '../../src/redis/redis-name.ts';

/** What an operator reads of it, behind the name of Redis. */
function inWords(message: string): string {
  const { text } = redisFailure('Redis', message);
  expect(text).toStartWith('Redis: ');
  return text.slice('Redis: '.length);
}

describe('an error of Redis', () => {
  // As ioredis, the system, the runtime's TLS and Redis 7 write them.
  test.each([
    ['connect ECONNREFUSED 127.0.0.1:6379', 'redis-refused', /^connection refused: is redis-server running/],
    ['Connection refused', 'redis-refused', /^connection refused/],
    ['getaddrinfo ENOTFOUND box', 'redis-unknown-host', /^unknown host: check COSMOS_VIDEO_HOST/],
    ['connect ETIMEDOUT', 'redis-timeout', /^connection timed out/],
    ['no answer in 5 s', 'redis-timeout', /^no answer in 5 s$/],
    ['No route to host', 'redis-unreachable', /^the host cannot be reached/],
    ['connect ENOENT /run/redis.sock', 'redis-no-socket', /^no such socket: check COSMOS_VIDEO_SOCKET/],
    ['connect EACCES /run/redis.sock', 'redis-permission', /^permission denied/],
    ['read ECONNRESET', 'redis-closed', /^the connection was closed/],
    ['the connection was closed', 'redis-closed', /^the connection was closed$/],
    ['self signed certificate', 'redis-tls', /^self signed certificate$/],
    ["Hostname/IP does not match certificate's altnames", 'redis-tls', /^Hostname/],
    ['unable to verify the first certificate', 'redis-tls', /^unable to verify/],
    ['NOAUTH Authentication required.', 'redis-password-missing', /^it asks for a password/],
    [
      'WRONGPASS invalid username-password pair or user is disabled.',
      'redis-password-refused',
      /^it refuses the password/,
    ],
    ['ERR invalid password', 'redis-password-refused', /^it refuses the password/],
    [
      "NOPERM User a has no permissions to run the 'xread' command",
      'redis-no-rights',
      /needs XREAD, XREVRANGE and TIME to read.* XGROUP\|CREATE/,
    ],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'redis-no-stream', /is no stream/],
    [
      'it answers in a form that is not known: HTTP/1.1 400 Bad Request',
      'redis-not-redis',
      /^what answers there is no Redis.*HTTP/,
    ],
    [
      'Unknown RESP type 72 "H". Please report this.',
      'redis-not-redis',
      /^what answers there is no Redis: [^"]*PORT$/,
    ],
    ['LOADING Redis is loading the dataset in memory', 'redis-loading', /^it is still loading/],
    ['it answers more than it was asked', 'redis-other', /^it answers more/],
  ] as const)('%s has the code %s, and is said in words', (message, code, words) => {
    expect(redisFailure('Redis', message).code).toBe(code);
    expect(inWords(message)).toMatch(words);
  });

  test('has behind it what Redis itself said, and only that', () => {
    expect(inWords('LOADING wait')).toBe('it is still loading its data (LOADING wait)');
    expect(inWords('connect ECONNREFUSED 10.0.0.1:6379')).not.toContain('10.0.0.1');
  });

  test('in a form of Redis that nobody asked for is not taken for that of another server', () => {
    const message = 'it answers in a form that is not known: %1';
    expect(redisFailure('Redis', message)).toEqual({ code: 'redis-other', text: `Redis: ${message}` });
  });

  test('stays on one line, whatever is said there', () => {
    const said = 'ERR no\n<2>forged\r\u001B[2J';
    expect(inWords(said)).toBe(String.raw`ERR no\n<2>forged\r\x1b[2J`);
    expect(inWords(`NOAUTH ${said}`)).toEndWith(String.raw`(NOAUTH ERR no\n<2>forged\r\x1b[2J)`);
  });

  test('that is not known is given as it is', () => {
    expect(inWords('ERR something new')).toBe('ERR something new');
  });
});

describe('the name of Redis', () => {
  const config = { host: 'box', port: 6_379, db: 0, tls: false };

  test.each([
    [config, 'Redis at box:6379'],
    [{ ...config, host: 'fd00::1' }, 'Redis at [fd00::1]:6379'],
    [{ ...config, socket: '/run/redis.sock' }, 'Redis at /run/redis.sock'],
  ])('holds nothing but the way to it: %j', (redis, name) => {
    expect(redisName({ ...redis, username: 'user', password: 'secret' })).toBe(name);
  });
});
