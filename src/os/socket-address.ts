import { readFileSync } from 'node:fs';
import { ipAddressBytes } from './ip-address.ts';
import { AF_INET, AF_INET6 } from './libc.ts';

/** Every address of this machine, of IPv4, and of IPv6 with IPv4 in it (RFC 4291). */
export const ANY_IPV4 = '0.0.0.0';
export const ANY_IPV6 = '::';

/**
 * An IP address as it is written, with a zone (`fe80::1%eth0`) or without, as struct sockaddr_in or sockaddr_in6 (ip(7),
 * ipv6(7)): the family in the machine's order, the port in the network's. Undefined if it is none, or has no such zone.
 */
export function socketAddress(text: string, port: number): Uint8Array | undefined {
  const [address = '', zone] = text.split('%');
  const bytes = ipAddressBytes(address);
  const scope = zone === undefined ? 0 : interfaceNumber(zone);
  if (bytes === undefined || scope === undefined) return undefined;
  return bytes.length === 4 ? ipv4Address(bytes, port) : ipv6Address(bytes, port, scope);
}

/** The same of the four bytes of an address. */
export function ipv4Address(bytes: readonly number[], port: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, port);
  const memory = new Uint8Array(view.buffer);
  memory.set(bytes, 4);
  return memory;
}

/** The same of the 16 bytes of an address. @param scope number of the network interface of its zone; 0 = it has none */
export function ipv6Address(bytes: readonly number[], port: number, scope = 0): Uint8Array {
  const view = new DataView(new ArrayBuffer(28));
  view.setUint16(0, AF_INET6, true);
  view.setUint16(2, port);
  view.setUint32(24, scope, true);
  const memory = new Uint8Array(view.buffer);
  memory.set(bytes, 8);
  return memory;
}

/** The number of a network interface by its name; a number counts as it is. */
function interfaceNumber(zone: string): number | undefined {
  if (/^\d{1,9}$/.test(zone)) return Number(zone);
  if (!/^[\w.-]+$/.test(zone)) return undefined;
  try {
    return Number(readFileSync(`/sys/class/net/${zone}/ifindex`, 'utf8'));
  } catch {
    return undefined;
  }
}
