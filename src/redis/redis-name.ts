import type { RedisConfig } from '../config/config.ts';

/** How Redis is named in messages: `Redis at host:port` or `Redis at /path`. */
export function redisName(config: RedisConfig): string {
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return `Redis at ${config.socket ?? `${host}:${config.port}`}`;
}
