import { readFileSync } from 'node:fs';
import { ConfigError, messageOf } from '../base/errors.ts';
import type { RedisConfig } from '../config/config.ts';

/** Said, since the runtime would otherwise trust everybody where NODE_TLS_REJECT_UNAUTHORIZED says so. */
const TRUST = { rejectUnauthorized: true };

/**
 * Whom to trust, in the options of node:tls. Throws a `ConfigError` where the file of the certificate authority cannot be
 * read.
 */
export function tlsTrust({ tlsCa }: Pick<RedisConfig, 'tlsCa'>): typeof TRUST & { ca?: string } {
  if (tlsCa === undefined) return TRUST;
  try {
    return { ...TRUST, ca: readFileSync(tlsCa, 'utf8') };
  } catch (error) {
    throw new ConfigError([`COSMOS_VIDEO_TLS_CA=${tlsCa} cannot be read: ${messageOf(error)}`]);
  }
}
