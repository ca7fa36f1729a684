import {
  AF_INET,
  AF_INET6,
  EAGAIN,
  EBADF,
  EINTR,
  ENOBUFS,
  errno,
  errorInWords,
  libc,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  pinned,
  pinnedCopy,
  SO_SNDBUF,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOL_SOCKET,
  type Pinned,
} from './libc.ts';
import { setIntOption } from './socket.ts';

/** Numbers of Linux's generic ABI (asm-generic/socket.h, linux/in.h, linux/in6.h). */
const AF_UNSPEC = 0;
const SO_REUSEADDR = 2;
const SO_BROADCAST = 6;
const IPPROTO_IP = 0;
const IP_TOS = 1;
const IP_MULTICAST_TTL = 33;
const IPPROTO_IPV6 = 41;
const IPV6_MULTICAST_HOPS = 18;
const IPV6_TCLASS = 67;
/** The class is the upper six bits of that byte (RFC 2474). */
const DSCP_SHIFT = 2;

/** How a socket sends, which it does to one place alone. Addresses are struct sockaddr_in or sockaddr_in6. */
export interface UdpSocketOptions {
  readonly to: Uint8Array;
  /** Of the same family; absent = the system's choice. */
  readonly from?: Uint8Array;
  /** Routers that a datagram to a group may pass. */
  readonly multicastTtl: number;
  readonly sendBufferBytes?: number;
  readonly isBroadcast: boolean;
  /** Absent = where it sends to a group. */
  readonly isReused?: boolean;
  /** It hears that nobody listens there. */
  readonly isConnected: boolean;
  readonly dscp?: number;
  /** The most that one datagram carries. */
  readonly datagramBytes: number;
}

/** What the system refuses, by its number (errno(3)). */
export class SocketError extends Error {
  override readonly name = 'SocketError';

  constructor(readonly error: number) {
    super(errorInWords(error));
  }
}

/** A UDP socket that sends to one place and does not block. */
export class UdpSocket {
  readonly #datagram: Pinned;
  readonly #to: Pinned;
  #isOpen = true;

  private constructor(
    private readonly fd: number,
    private readonly options: UdpSocketOptions,
  ) {
    this.#datagram = pinned(options.datagramBytes);
    this.#to = pinnedCopy(options.to);
  }

  /** Throws a `SocketError` where there is no way to that place, or the system refuses. */
  static open(options: UdpSocketOptions): UdpSocket {
    const fd = libc.socket(familyOf(options.to), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) throw new SocketError(errno());
    try {
      setOptions(fd, options);
      connect(fd, options);
      return new UdpSocket(fd, options);
    } catch (error) {
      libc.close(fd);
      throw error;
    }
  }

  /**
   * Sends one datagram, of the size that was given at the most. Throws a `SocketError` where it cannot be sent.
   * @returns false where there is no room for it now
   */
  send(bytes: Uint8Array): boolean {
    // The number may be that of another file by now.
    if (!this.#isOpen) throw new SocketError(EBADF);
    const { view, address } = this.#datagram;
    view.set(bytes);
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    const to = this.#to;
    const sent = this.options.isConnected
      ? libc.send(this.fd, address, bytes.length, flags)
      : libc.sendto(this.fd, address, bytes.length, flags, to.address, to.view.length);
    if (sent >= 0) return true;
    const error = errno();
    if (error === EAGAIN || error === EINTR || error === ENOBUFS) return false;
    throw new SocketError(error);
  }

  /** What was sent leaves the machine all the same. May be called again. */
  close(): void {
    if (this.#isOpen) libc.close(this.fd);
    this.#isOpen = false;
  }
}

function setOptions(fd: number, options: UdpSocketOptions): void {
  const isGroup = isMulticast(options.to);
  const isIpv4 = familyOf(options.to) === AF_INET;
  if (options.isReused ?? isGroup) setIntOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (options.isBroadcast) setIntOption(fd, SOL_SOCKET, SO_BROADCAST, 1);
  if (options.sendBufferBytes !== undefined) setIntOption(fd, SOL_SOCKET, SO_SNDBUF, options.sendBufferBytes);
  const [level, ttl, trafficClass] = isIpv4
    ? [IPPROTO_IP, IP_MULTICAST_TTL, IP_TOS]
    : [IPPROTO_IPV6, IPV6_MULTICAST_HOPS, IPV6_TCLASS];
  if (isGroup) setIntOption(fd, level, ttl, options.multicastTtl);
  if (options.dscp !== undefined) setIntOption(fd, level, trafficClass, options.dscp << DSCP_SHIFT);
}

/**
 * Connecting sends nothing, but says at once whether there is a way to that place. A socket that stays connected also hears
 * that nobody listens there, so that of another one it is undone.
 */
function connect(fd: number, { from, to, isConnected }: UdpSocketOptions): void {
  if (from) throwOnError(libc.bind(fd, pinnedCopy(from).address, from.length));
  const target = pinnedCopy(to);
  throwOnError(libc.connect(fd, target.address, to.length));
  if (isConnected) return;
  const nowhere = pinnedCopy(to);
  nowhere.view[0] = AF_UNSPEC;
  throwOnError(libc.connect(fd, nowhere.address, to.length));
}

function throwOnError(result: number): void {
  if (result < 0) throw new SocketError(errno());
}

function familyOf(address: Uint8Array): number {
  return address[0] === AF_INET6 ? AF_INET6 : AF_INET;
}

/** 224.0.0.0/4 (RFC 5771) and ff00::/8 (RFC 4291); the address begins at byte 4 and 8 of its struct. */
function isMulticast(address: Uint8Array): boolean {
  return familyOf(address) === AF_INET ? ((address[4] ?? 0) & 0xf0) === 0xe0 : address[8] === 0xff;
}
