import { isIPv4, isIPv6 } from 'node:net';

/** The 4 or 16 bytes of an address as it is written, in the network's order; undefined if it is none (a zone counts so). */
export function ipAddressBytes(text: string): readonly number[] | undefined {
  if (isIPv4(text)) return text.split('.').map(Number);
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const [head = '', tail] = withoutDottedPart(text).split('::');
  const [front, back] = [groupsOf(head), groupsOf(tail ?? '')];
  const missing = tail === undefined ? 0 : 8 - front.length - back.length;
  const groups = [...front, ...Array.from({ length: missing }, () => 0), ...back];
  return groups.flatMap((group) => [group >> 8, group & 0xff]);
}

/** `::ffff:192.0.2.1` and the like, with the last four bytes as two groups (RFC 4291, 2.2). */
function withoutDottedPart(text: string): string {
  const dotted = /\d+\.\d+\.\d+\.\d+$/.exec(text)?.[0];
  if (dotted === undefined) return text;
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
  const groups = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  return text.slice(0, -dotted.length) + groups;
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
