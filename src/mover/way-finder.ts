import { lookup } from 'node:dns/promises';
import { ConfigError, ConnectionError } from '../base/errors.ts';
import type { RedisConfig } from '../config/config.ts';
import { ipAddressBytes } from '../os/ip-address.ts';
import type { SocketAddress } from '../os/socket.ts';
import { frameBufferLogin } from '../redis/frame-buffer-login.ts';
import { redisFailure } from '../redis/redis-errors.ts';
import { redisName } from '../redis/redis-name.ts';
import { openTlsTunnel } from '../redis/tls-tunnel.ts';
import type { WayToRedis } from '../redis/way-to-redis.ts';

/** Does for the mover's thread what takes the runtime's own event loop: looking up names, and TLS. */
export class WayFinder {
  readonly #closed = new AbortController();

  /** The way for one new connection. Rejects only for a fault of the program. */
  async find(redis: RedisConfig): Promise<WayToRedis> {
    if (redis.tls) return this.#throughTls(redis);
    const addresses = await addressesOf(redis);
    const login = frameBufferLogin(redis);
    return { kind: 'addresses', addresses, ...(login && { login }) };
  }

  /** Ends all that it has opened. */
  close(): void {
    this.#closed.abort();
  }

  async #throughTls(redis: RedisConfig): Promise<WayToRedis> {
    const name = redisName(redis);
    try {
      return { kind: 'socket', fd: await openTlsTunnel(redis, this.#closed.signal) };
    } catch (error) {
      if (error instanceof ConnectionError)
        return { kind: 'failed', failure: redisFailure(name, error.message) };
      if (!(error instanceof ConfigError)) throw error;
      // The file of the certificate authority was good when the settings were read, and may be again.
      return { kind: 'failed', failure: { code: 'redis-tls', text: `${name}: ${error.message}` } };
    }
  }
}

/** Every address that Redis may have; none where the name is unknown. Names are looked up again for each connection. */
async function addressesOf({ socket, host, port }: RedisConfig): Promise<SocketAddress[]> {
  if (socket !== undefined) return [{ kind: 'unix', path: socket }];
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.flatMap(({ address, family }): SocketAddress[] => {
    const bytes = ipAddressBytes(address);
    return bytes === undefined ? [] : [{ kind: family === 6 ? 'ipv6' : 'ipv4', bytes, port }];
  });
}
