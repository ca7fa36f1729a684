import { parameterName, shownAddressText, splitAddress, type Address } from './address.ts';
import { isHost } from './host.ts';
import { isPlainSrtParameter } from './srt-settings.ts';

/** One destination of a list, as it stands there. */
export interface ListItem {
  readonly kind: 'address' | 'file';
  readonly text: string;
  /**
   * What stands behind it is neither a part of it nor a destination, unless it is a part of its secret: it must not be shown,
   * and must not be taken for a file.
   */
  readonly isFollowedByText: boolean;
}

/** `scheme://`, `file:`, `/` and `./` begin a destination wherever they stand. */
const BEGINNING = /^(?:[a-z0-9+.-]+:\/\/|file:|\.?\/(?!$))/i;
/** Behind these something begins that is not shown of an address. */
const HIDING = /[?&#;@]/;
/** In the place of what may be a secret. */
const HIDDEN = '…';
/** What an address of a destination begins with; any other beginning may be a part of a secret, too. */
const SCHEME = /^(?:srt|udp|tcp|tls|rist|https?):\/\//i;

/**
 * The destinations of a text with white space between them, in their order. Behind a file everything that does not begin a
 * destination by itself belongs to its path, which so may have spaces.
 */
export function listItems(text: string): readonly ListItem[] {
  return placedItems(text).map(({ item }) => item);
}

/**
 * What may be shown of each destination of such a text, in their order. Of a text that is one alone that is what may be shown of
 * an address, otherwise only what no secret with spaces in it can reach.
 */
export function shownItems(text: string): readonly string[] {
  const placed = placedItems(text);
  if (placed.length === 1 && placed[0]?.item.isFollowedByText === false) return [shownAddressText(text)];
  return placed.map(({ item, startAt, endAt }) =>
    shownOf(item, { before: text.slice(0, startAt), after: text.slice(endAt) }),
  );
}

/** What may be shown of the whole text. */
export function shownList(text: string): string {
  const items = listItems(text);
  return shownItems(text)
    .map((shown, index) => (items[index]?.isFollowedByText === true ? `${shown} ${HIDDEN}` : shown))
    .join(' ');
}

interface PlacedItem {
  readonly item: ListItem;
  readonly startAt: number;
  /** The end of its own text. */
  readonly endAt: number;
}

function placedItems(text: string): readonly PlacedItem[] {
  const placed: PlacedItem[] = [];
  for (const { 0: word, index: startAt } of text.matchAll(/\S+/g)) {
    const [last, endAt] = [placed.at(-1), startAt + word.length];
    const kind = kindOf(word);
    if (kind !== undefined || last === undefined) {
      placed.push({ item: { kind: kind ?? 'file', text: word, isFollowedByText: false }, startAt, endAt });
    } else if (last.item.kind === 'file') {
      placed.splice(-1, 1, { ...last, item: { ...last.item, text: text.slice(last.startAt, endAt) }, endAt });
    } else if (mayGoOn(last.item.text) || word.includes('@')) {
      placed.splice(-1, 1, { ...last, item: { ...last.item, isFollowedByText: true } });
    } else {
      placed.push({ item: { kind: 'file', text: word, isFollowedByText: false }, startAt, endAt });
    }
  }
  return placed;
}

/** Undefined for a word that begins no destination by itself. */
function kindOf(word: string): ListItem['kind'] | undefined {
  const scheme = splitAddress(word)?.scheme;
  if (scheme !== undefined && scheme !== 'file') return 'address';
  return BEGINNING.test(word) ? 'file' : undefined;
}

/** Whether a word behind this address may be a part of it, since something in it is secret, or unknown. */
function mayGoOn(text: string): boolean {
  const address = splitAddress(text);
  if (address?.scheme === 'udp') return address.userInfo !== '';
  if (address?.scheme !== 'srt') return HIDING.test(text);
  return (
    !isPlain(address) ||
    !address.parameters.every((parameter) => isPlainSrtParameter(parameterName(parameter)))
  );
}

/** Of one among others, by what stands before and behind it. */
function shownOf(
  { kind, text }: ListItem,
  around: { readonly before: string; readonly after: string },
): string {
  const isReachable = HIDING.test(around.before);
  // What stands before an @ may be a user and a password.
  const isBeforeAt = around.after.includes('@');
  const [scheme] = SCHEME.exec(text) ?? [];
  // A beginning that no destination has may be the end of a password, behind a space in it.
  const isOurs = kind === 'file' || scheme !== undefined;
  if (!isReachable && !isBeforeAt && isOurs) return shownAddressText(text);
  if (kind === 'file' || scheme === undefined) return HIDDEN;
  const address = splitAddress(text);
  const isCertain = !isBeforeAt && address !== undefined && isPlain(address) && isHost(address.host);
  return isCertain ? shownAddressText(text) : `${scheme}${HIDDEN}`;
}

/** Before its query it has nothing but a host and a port, each of which may be missing. */
function isPlain({ userInfo, port, path }: Address): boolean {
  return userInfo === '' && /^\d{0,5}$/.test(port) && /^\/?$/.test(path);
}
