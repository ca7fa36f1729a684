import { NS_PER_MS } from '../base/clock.ts';
import { ConnectionError } from '../base/errors.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  EINPROGRESS,
  errno,
  errorInWords,
  IPPROTO_TCP,
  libc,
  pinned,
  pinnedCopy,
  SO_ERROR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_NODELAY,
} from './libc.ts';
import type { PollLoop } from './poll-loop.ts';
import { ipv4Address, ipv6Address } from './socket-address.ts';

/** Where Redis listens, with names already resolved. */
export type SocketAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'ipv4' | 'ipv6'; readonly bytes: readonly number[]; readonly port: number };

/** sun_path of struct sockaddr_un has 108 bytes, the last one being its end (unix(7)). */
const LONGEST_PATH_BYTES = 107;
/** A dead address must not use up the time for the living ones behind it. */
const CONNECT_LIMIT_NS = 2_500n * NS_PER_MS;

/** Connects; the socket does not block and is closed by the caller. Rejects with a `ConnectionError` in the system's words. */
async function connectSocket(address: SocketAddress, loop: PollLoop): Promise<number> {
  const { family, bytes } = sockaddr(address);
  const fd = libc.socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw new ConnectionError(errorInWords(errno()));
  try {
    if (libc.connect(fd, pinnedCopy(bytes).address, bytes.length) < 0) await connected(fd, errno(), loop);
    // Commands are one small packet each and must not wait for another.
    if (address.kind !== 'unix') setIntOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    return fd;
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

/** Connects to the first address that answers; rejects with what went wrong with the last one. */
export async function connectFirst(addresses: readonly SocketAddress[], loop: PollLoop): Promise<number> {
  let failure: unknown = new ConnectionError('unknown host');
  for (const address of addresses) {
    try {
      return await connectSocket(address, loop);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function connected(fd: number, error: number, loop: PollLoop): Promise<void> {
  if (error !== EINPROGRESS) throw new ConnectionError(errorInWords(error));
  const isReady = await loop.writable(fd, loop.nowNs() + CONNECT_LIMIT_NS);
  if (!isReady) throw new ConnectionError('connection timed out');
  const result = pinned(4);
  const length = pinned(4);
  new DataView(length.view.buffer).setUint32(0, 4, true);
  libc.getsockopt(fd, SOL_SOCKET, SO_ERROR, result.address, length.address);
  const outcome = new DataView(result.view.buffer).getInt32(0, true);
  if (outcome !== 0) throw new ConnectionError(errorInWords(outcome));
}

/** Sets an option whose value is an int, where the system takes it (setsockopt(2)). */
export function setIntOption(fd: number, level: number, option: number, value: number): void {
  const memory = pinned(4);
  new DataView(memory.view.buffer).setInt32(0, value, true);
  libc.setsockopt(fd, level, option, memory.address, 4);
}

/** As struct sockaddr_un (unix(7)), sockaddr_in or sockaddr_in6. */
function sockaddr(address: SocketAddress): { readonly family: number; readonly bytes: Uint8Array } {
  switch (address.kind) {
    case 'unix': {
      const path = new TextEncoder().encode(address.path);
      if (path.length > LONGEST_PATH_BYTES) throw new ConnectionError('the path of the socket is too long');
      return { family: AF_UNIX, bytes: Uint8Array.of(AF_UNIX, 0, ...path, 0) };
    }
    case 'ipv4':
      return { family: AF_INET, bytes: ipv4Address(address.bytes, address.port) };
    case 'ipv6':
      return { family: AF_INET6, bytes: ipv6Address(address.bytes, address.port) };
  }
}
