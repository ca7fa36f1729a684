import { EHOSTUNREACH, ENETUNREACH, errno, libc, SOCK_CLOEXEC, SOCK_DGRAM } from './libc.ts';

/**
 * Whether the system knows a way to this struct sockaddr_in or sockaddr_in6. libsrt does not tell: it sends into nothing
 * until its time is over. Nothing is sent.
 */
export function hasRoute(address: Uint8Array): boolean {
  const family = new DataView(address.buffer, address.byteOffset).getUint16(0, true);
  const fd = libc.socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return true;
  const error = libc.connect(fd, address, address.length) < 0 ? errno() : 0;
  libc.close(fd);
  return error !== ENETUNREACH && error !== EHOSTUNREACH;
}
