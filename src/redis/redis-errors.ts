import { SourceError } from '../base/errors.ts';
import type { Failure, FailureCode } from '../base/failure.ts';
import { visibleText } from '../base/visible-text.ts';

const NO_REDIS = 'what answers there is no Redis: check COSMOS_VIDEO_HOST and COSMOS_VIDEO_PORT';

/** What the network says, by the runtime's code or in the system's own words, and what it means to the operator. */
const NETWORK: readonly (readonly [said: RegExp, code: FailureCode, text: string])[] = [
  [
    /ECONNREFUSED|Connection refused/,
    'redis-refused',
    'connection refused: is redis-server running there, and on this port?',
  ],
  [/ENOTFOUND|EAI_AGAIN|unknown host/, 'redis-unknown-host', 'unknown host: check COSMOS_VIDEO_HOST'],
  [/ETIMEDOUT|timed? ?out/i, 'redis-timeout', 'connection timed out: is the host on, and the port open?'],
  [
    /EHOSTUNREACH|ENETUNREACH|No route to host|unreachable/,
    'redis-unreachable',
    'the host cannot be reached: check the network',
  ],
  [/ENOENT|No such file or directory/, 'redis-no-socket', 'no such socket: check COSMOS_VIDEO_SOCKET'],
  [
    /EACCES|Permission denied/,
    'redis-permission',
    'permission denied: may this user open COSMOS_VIDEO_SOCKET?',
  ],
  // ioredis's words for it.
  [/^Unknown RESP type|^Protocol error/, 'redis-not-redis', NO_REDIS],
  [/ECONNRESET|EPIPE|Connection reset|Broken pipe/, 'redis-closed', 'the connection was closed'],
];

/** What Redis says, by the word that its error begins with, and what we say of its answers; some need no other words. */
const REPLIES: readonly (readonly [said: RegExp, code: FailureCode, text?: string])[] = [
  [/^NOAUTH/, 'redis-password-missing', 'it asks for a password: set COSMOS_VIDEO_PASSWORD'],
  [
    /WRONGPASS|invalid password/i,
    'redis-password-refused',
    'it refuses the password: check COSMOS_VIDEO_USERNAME and COSMOS_VIDEO_PASSWORD',
  ],
  [
    /^NOPERM/,
    'redis-no-rights',
    'this user may not do that: it needs XREAD, XREVRANGE and TIME to read, SELECT for COSMOS_VIDEO_DB, XLEN, ' +
      'XINFO|GROUPS, XGROUP|CREATE and XGROUP|DESTROY to count the source, XADD to write',
  ],
  [/^WRONGTYPE/, 'redis-no-stream', 'the key is there, but is no stream: check COSMOS_VIDEO_STREAM'],
  [/^LOADING/, 'redis-loading', 'it is still loading its data'],
  // Every reply of Redis, also in a form that nobody asked for, begins with a mark.
  [/^it answers in a form that is not known: [a-z\d<]/i, 'redis-not-redis', NO_REDIS],
  [/^no answer in /, 'redis-timeout'],
  [/^the connection was closed/, 'redis-closed'],
  [/certificate|self.signed|\b(?:SSL|TLS)\b|_CERT|ERR_SSL|ERR_TLS/i, 'redis-tls'],
];

/**
 * What went wrong with Redis or on the way to it as an operator reads it. What Redis itself said stands behind it, on one
 * line and without control characters.
 * @param name how Redis is named in messages
 */
export function redisFailure(name: string, message: string): Failure {
  const network = NETWORK.find(([pattern]) => pattern.test(message));
  if (network) return { code: network[1], text: `${name}: ${network[2]}` };
  const [, code = 'redis-other', text] = REPLIES.find(([pattern]) => pattern.test(message)) ?? [];
  const said = visibleText(message);
  return { code, text: `${name}: ${text === undefined ? said : `${text} (${said})`}` };
}

/** The same as an error to throw. */
export function redisError(name: string, message: string, options?: ErrorOptions): SourceError {
  return new SourceError(redisFailure(name, message), options);
}
