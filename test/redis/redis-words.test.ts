import { describe, expect, test } from 'bun:test';
import { redisErrorInWords } from '../../src/redis/redis-errors.ts';
import { redisName } from '../../src/redis/redis-name.ts';

describe('an error of Redis', () => {
  // As ioredis, the system and Redis 7 write them.
  test.each([
    ['connect ECONNREFUSED 127.0.0.1:6379', /^connection refused: is redis-server running/],
    ['Connection refused', /^connection refused/],
    ['getaddrinfo ENOTFOUND box', /^unknown host: check COSMOS_VIDEO_HOST/],
    ['connect ETIMEDOUT', /^connection timed out/],
    ['No route to host', /^the host cannot be reached/],
    ['connect ENOENT /run/redis.sock', /^no such socket: check COSMOS_VIDEO_SOCKET/],
    ['connect EACCES /run/redis.sock', /^permission denied/],
    ['read ECONNRESET', /^the connection was closed/],
    ['NOAUTH Authentication required.', /^it asks for a password/],
    ['WRONGPASS invalid username-password pair or user is disabled.', /^it refuses the password/],
    ['ERR invalid password', /^it refuses the password/],
    [
      "NOPERM User a has no permissions to run the 'xread' command",
      /needs XREAD, XREVRANGE and TIME to read.* XGROUP\|CREATE/,
    ],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', /is no stream/],
    [
      'it answers in a form that is not known: HTTP/1.1 400 Bad Request',
      /^what answers there is no Redis.*HTTP/,
    ],
    ['Unknown RESP type 72 "H". Please report this.', /^what answers there is no Redis: [^"]*PORT$/],
    ['LOADING Redis is loading the dataset in memory', /^it is still loading/],
  ])('%s is said in words', (message, words) => {
    expect(redisErrorInWords(message)).toMatch(words);
  });

  test('has behind it what Redis itself said, and only that', () => {
    expect(redisErrorInWords('LOADING wait')).toBe('it is still loading its data (LOADING wait)');
    expect(redisErrorInWords('connect ECONNREFUSED 10.0.0.1:6379')).not.toContain('10.0.0.1');
  });

  test('in a form of Redis that nobody asked for is not taken for that of another server', () => {
    const message = 'it answers in a form that is not known: %1';
    expect(redisErrorInWords(message)).toBe(message);
  });

  test('stays on one line, whatever is said there', () => {
    const said = 'ERR no\n<2>forged\r\u001B[2J';
    expect(redisErrorInWords(said)).toBe(String.raw`ERR no\n<2>forged\r\x1b[2J`);
    expect(redisErrorInWords(`NOAUTH ${said}`)).toEndWith(String.raw`(NOAUTH ERR no\n<2>forged\r\x1b[2J)`);
  });

  test('that is not known is given as it is', () => {
    expect(redisErrorInWords('ERR something new')).toBe('ERR something new');
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
