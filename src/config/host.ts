import { isIPv4, isIPv6 } from 'node:net';

/** One part of a host name between dots; underscores are not for names of hosts, but container names have them. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;
const MAX_NAME_CHARACTERS = 253;

/** Whether the text is a host name, an IPv4 address or an IPv6 address, the last with or without brackets. */
export function isHost(text: string): boolean {
  const bare = withoutBrackets(text);
  if (isIPv6(bare)) return true;
  return bare === text && (isIPv4(text) || isHostName(text));
}

/** `[::1]` -> `::1`; any other text as it is. */
export function withoutBrackets(text: string): string {
  return text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
}

/** A name whose last part is all digits is no name: it would be taken for a malformed IPv4 address. */
function isHostName(text: string): boolean {
  if (text.length > MAX_NAME_CHARACTERS) return false;
  const labels = text.replace(/\.$/, '').split('.');
  return labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '');
}
