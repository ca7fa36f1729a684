import { ConnectionError } from '../base/errors.ts';
import {
  AF_UNIX,
  errno,
  errorInWords,
  libc,
  pinned,
  SO_SNDBUF,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from './libc.ts';
import { setIntOption } from './socket.ts';

/**
 * What the runtime reads from a connection at a time goes in whole: with a fourth of this there are half as many turns
 * again. Where `net.core.wmem_max` allows less (208 KiB by default), the system takes that without a word (socket(7)).
 */
const BUFFER_BYTES = 524_288;

/** Two sockets of this process, connected with each other. Neither blocks, and no child inherits them. */
interface SocketPair {
  /** Has room for much that the other end has not read yet. */
  readonly nearFd: number;
  readonly farFd: number;
}

/** The caller closes both ends. Throws a `ConnectionError` if the system gives none. */
export function makeSocketPair(): SocketPair {
  const ends = pinned(8);
  if (libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.address) < 0) {
    throw new ConnectionError(`no pair of sockets can be made: ${errorInWords(errno())}`);
  }
  const view = new DataView(ends.view.buffer);
  const [nearFd, farFd] = [view.getInt32(0, true), view.getInt32(4, true)];
  setIntOption(nearFd, SOL_SOCKET, SO_SNDBUF, BUFFER_BYTES);
  return { nearFd, farFd };
}
