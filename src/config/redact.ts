import { loginSecrets } from './address-secrets.ts';
import type { Destination } from './config.ts';

/** What stands in a text for what was taken out of it. */
const REDACTED = '…';

/** A shorter one would stand in ordinary words, too: a log without every `live` tells no one anything. */
const SHORTEST_SECRET_CHARS = 6;

/**
 * Takes out of a text what must never reach a log. Each secret of six characters and more of Redis and of the destinations
 * becomes `…`, also where its characters are percent-encoded or its spaces are `+`; secrets that
 * overlap leave nothing of each other. Each address is cut to what may be shown: no user, no password, no query. And what
 * stands behind `passphrase=`, `streamid=`, `secret=` or `Authorization:` goes however short it is. Never throws.
 */
export function redactor(
  password: string | undefined,
  destinations: readonly Destination[] = [],
): (text: string) => string {
  const secrets = secretsOf(password, destinations);
  return (text) => {
    const spans = secrets.flatMap((secret) => spansOf(text, secret));
    return redactNamed(redactAddresses(withoutSpans(text, spans)));
  };
}

/** Passwords, passphrases, stream ids, secrets, and the queries of the addresses, which are all that `display` leaves out. */
function secretsOf(password = '', destinations: readonly Destination[]): readonly string[] {
  const secrets = [password, ...destinations.flatMap(destinationSecrets)];
  return [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST_SECRET_CHARS);
}

function destinationSecrets({ url, secretOptions }: Destination): readonly string[] {
  const inAddress = secretParts(url);
  return [
    ...Object.values(secretOptions),
    ...loginSecrets(secretOptions),
    ...inAddress,
    ...inAddress.map(percentDecoded),
  ];
}

function secretParts(address: string): string[] {
  const userInfo = userInfoOf(address);
  return [userInfo, userInfo.slice(userInfo.indexOf(':') + 1), queryOf(address)];
}

/**
 * However short they are: what stands behind their names, as in `passphrase=…`, `'streamid' = '…'` or
 * `Authorization: Basic …`.
 */
function redactNamed(text: string): string {
  return text
    .replace(/\b(passphrase|streamid|secret)(['"]?\s*=\s*['"]?)[^\s'"]+/gi, `$1$2${REDACTED}`)
    .replace(/\b(authorization:\s*(?:basic\s+)?)[^\s'"]+/gi, `$1${REDACTED}`);
}

/** The text with user, password and query taken out of every address (`scheme://…`) in it. */
export function redactAddresses(text: string): string {
  return text.replace(/:\/\/\S+/g, (address) => {
    const [head = '', ...query] = address.slice(3).split('?');
    const shown = head.slice(head.lastIndexOf('@') + 1);
    return `://${shown === head ? '' : REDACTED}${shown}${query.length === 0 ? '' : REDACTED}`;
  });
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** `user:password` of an address, or nothing. */
function userInfoOf(address: string): string {
  const authority = /^[^/?]*:\/\/([^/?]*)/.exec(address)?.[1] ?? '';
  return authority.slice(0, Math.max(0, authority.lastIndexOf('@')));
}

/** The query of an address with its `?`, or nothing where it is empty. */
function queryOf(address: string): string {
  return /\?[^]+$/.exec(address)?.[0] ?? '';
}

/** Where the secret stands in the text in any spelling; places that overlap are all found. */
function spansOf(text: string, secret: string): Span[] {
  const pattern = new RegExp(Array.from(secret, anySpelling).join(''), 'gu');
  const spans: Span[] = [];
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    spans.push({ start: match.index, end: match.index + match[0].length });
    pattern.lastIndex = match.index + ((text.codePointAt(match.index) ?? 0) > 0xffff ? 2 : 1);
  }
  return spans;
}

/** A pattern for one character: itself, percent-encoded with small or capital digits, and `+` for a space. */
function anySpelling(character: string): string {
  const bytes = [...new TextEncoder().encode(character)].map((byte) => byte.toString(16).padStart(2, '0'));
  const encoded = bytes.map(
    (hex) => `%${hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)}`,
  );
  return `(?:${RegExp.escape(character)}|${encoded.join('')}${character === ' ' ? '|\\+' : ''})`;
}

/** The text with each run of overlapping or touching spans replaced once. */
function withoutSpans(text: string, spans: readonly Span[]): string {
  let [result, position] = ['', 0];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start > position || (start === 0 && position === 0)) result += text.slice(position, start) + REDACTED;
    position = Math.max(position, end);
  }
  return result + text.slice(position);
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
