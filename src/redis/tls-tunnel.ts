import { isIP, connect as connectSocket, type NetConnectOpts, type Socket } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { ConnectionError, messageOf } from '../base/errors.ts';
import type { RedisConfig } from '../config/config.ts';
import { makeSocketPair } from '../os/socket-pair.ts';
import { CONNECT_LIMIT_MS } from './limits.ts';
import { tlsTrust } from './tls-trust.ts';

type TlsTarget = Pick<RedisConfig, 'host' | 'port' | 'tlsCa'>;

/**
 * Connects to Redis over TLS and resolves to a descriptor that plain bytes go through, for a thread that has no TLS. The
 * caller closes it, and with it the connection. Where Redis ends the connection, the bytes that came before its end can
 * still be read. No side gets ahead of the other by more than a few buffers.
 *
 * Rejects with a `ConnectionError` if there is no connection that can be trusted after 5 s, with a `ConfigError` if the file
 * of the certificate authority cannot be read, and with the abort reason. When `signal` aborts later, the tunnel ends at
 * once; the descriptor is still the caller's to close.
 */
export async function openTlsTunnel(target: TlsTarget, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const tls = await connecting(tlsOptions(target));
  // An error is always followed by the close, and the thread at the other end learns no more than that.
  tls.on('error', () => {});
  try {
    signal.throwIfAborted();
    await trusted(tls, signal);
    return join(tls, signal);
  } catch (error) {
    tls.destroy();
    throw error;
  }
}

/** What is in the file of the certificate authority is looked at here already. */
async function connecting(options: ConnectionOptions): Promise<TLSSocket> {
  // Loaded only where it is used, for the memory that it takes.
  const { connect } = await import('node:tls');
  try {
    return connect(options);
  } catch (error) {
    throw new ConnectionError(messageOf(error), { cause: error });
  }
}

async function trusted(tls: TLSSocket, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (reason: string, cause?: Error) => reject(new ConnectionError(reason, { cause }));
  const limit = setTimeout(() => fail(`no answer in ${CONNECT_LIMIT_MS / 1000} s`), CONNECT_LIMIT_MS);
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  tls.once('secureConnect', resolve);
  tls.once('error', (error) => fail(error.message, error));
  tls.once('close', () => fail('the connection was closed'));
  try {
    await promise;
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', onAbort);
  }
}

/** @returns the end for the thread; the other one lives as long as the connection does */
function join(tls: TLSSocket, signal: AbortSignal): number {
  const { nearFd, farFd } = makeSocketPair();
  const near = socketOf(nearFd);
  const onAbort = () => {
    tls.destroy();
    near.destroy();
  };
  near.on('error', () => {});
  near.once('close', () => {
    signal.removeEventListener('abort', onAbort);
    tls.destroy();
  });
  // What came before the end is still written.
  tls.once('close', () => near.destroySoon());
  tls.pipe(near).pipe(tls);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return farFd;
}

/** The runtime closes the descriptor with the socket. */
function socketOf(fd: number): Socket {
  // The runtime takes a descriptor instead of an address, which its types do not know.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return connectSocket({ fd } as unknown as NetConnectOpts);
}

function tlsOptions(target: TlsTarget): ConnectionOptions & { noDelay: boolean } {
  const { host, port } = target;
  return {
    host,
    port,
    ...tlsTrust(target),
    // Commands are one small packet each and must not wait for another.
    noDelay: true,
    ...(isIP(host) === 0 && { servername: host }),
  };
}
