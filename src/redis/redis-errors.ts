import { visibleText } from '../base/visible-text.ts';

const NO_REDIS = 'what answers there is no Redis: check COSMOS_VIDEO_HOST and COSMOS_VIDEO_PORT';

/** What the network says, by the runtime's code or in the system's own words, and what it means to the operator. */
const NETWORK: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED|Connection refused/, 'connection refused: is redis-server running there, and on this port?'],
  [/ENOTFOUND|EAI_AGAIN|unknown host/, 'unknown host: check COSMOS_VIDEO_HOST'],
  [/ETIMEDOUT|timed? ?out/i, 'connection timed out: is the host on, and the port open?'],
  [/EHOSTUNREACH|ENETUNREACH|No route to host|unreachable/, 'the host cannot be reached: check the network'],
  [/ENOENT|No such file or directory/, 'no such socket: check COSMOS_VIDEO_SOCKET'],
  [/EACCES|Permission denied/, 'permission denied: may this user open COSMOS_VIDEO_SOCKET?'],
  // ioredis's words for it.
  [/^Unknown RESP type|^Protocol error/, NO_REDIS],
  [/ECONNRESET|EPIPE|Connection reset|Broken pipe/, 'the connection was closed'],
];

/** What Redis says, by the word that its error begins with. */
const REPLIES: readonly (readonly [RegExp, string])[] = [
  [/^NOAUTH/, 'it asks for a password: set COSMOS_VIDEO_PASSWORD'],
  [
    /WRONGPASS|invalid password/i,
    'it refuses the password: check COSMOS_VIDEO_USERNAME and COSMOS_VIDEO_PASSWORD',
  ],
  [
    /^NOPERM/,
    'this user may not do that: it needs XREAD, XREVRANGE and TIME to read, SELECT for COSMOS_VIDEO_DB, XLEN, ' +
      'XINFO|GROUPS, XGROUP|CREATE and XGROUP|DESTROY to count the source, XADD to write',
  ],
  [/^WRONGTYPE/, 'the key is there, but is no stream: check COSMOS_VIDEO_STREAM'],
  [/^LOADING/, 'it is still loading its data'],
  // Every reply of Redis, also in a form that nobody asked for, begins with a mark.
  [/^it answers in a form that is not known: [a-z\d<]/i, NO_REDIS],
];

/**
 * An error of Redis or of the way to it as an operator reads it; what Redis itself said stands behind it, on one line and
 * without control characters, whoever it is that answers there.
 */
export function redisErrorInWords(message: string): string {
  const network = NETWORK.find(([pattern]) => pattern.test(message))?.[1];
  if (network !== undefined) return network;
  const reply = REPLIES.find(([pattern]) => pattern.test(message))?.[1];
  const said = visibleText(message);
  return reply === undefined ? said : `${reply} (${said})`;
}
