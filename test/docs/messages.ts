/** What an example in a document may have where the program puts something in: … and numbers, names of things of its own. */
const EXAMPLE = /…|\d(?:[\w.-]*\w)?|COSMOS_VIDEO_\w+|localhost|recording(?:-2)?\.ts/y;
/** Where a text of the program may begin and end; a script puts the priority before its message. */
const EDGES = /['`"]|\$\{|\}|<\d>/;

/** The messages that head the items of the lists in this part of a Markdown text. */
export function messagesOf(part: string): string[] {
  const heads = [...part.matchAll(/^- (`[^]*?):\n/gm)].map(([, head = '']) => head);
  return heads.flatMap((head) => [...head.matchAll(/`([^`]+)`/g)].map(([, message = '']) => message));
}

/** A message of a document as a pattern: … stands for what differs. */
export function likeMessage(quote: string): RegExp {
  const parts = quote.split('…').map((part) => RegExp.escape(part));
  return new RegExp(parts.join('[^\n]*'));
}

/** Messages as patterns that know them whatever numbers they have; those have to be taken from the messages as well. */
export function likeMessages(messages: readonly string[]): readonly RegExp[] {
  return messages.map((message) => new RegExp(`^${likeMessage(withoutNumbers(message)).source}$`));
}

/** The same text for all numbers in it. */
export function withoutNumbers(text: string): string {
  return text.replaceAll(/\d+/g, '0');
}

/** The pieces that texts in these sources consist of, between what is put into them. */
export function piecesOf(sources: string): string[] {
  const pieces = sources.split(EDGES).filter((piece) => piece !== '' && !piece.includes('\n'));
  return [...new Set(pieces)];
}

/** Whether an example can be put together of whole pieces and of what may be put in; of a piece beside a … a part is enough. */
export function isPutTogether(example: string, pieces: readonly string[]): boolean {
  return example.split(/['"]/).every((text) => isCovered(text, pieces));
}

function isCovered(text: string, pieces: readonly string[]): boolean {
  const near = pieces.filter((piece) => text.includes(piece));
  const isReached = [true];
  for (let start = 0; start < text.length; start += 1) {
    if (isReached[start]) for (const end of ends(text, start, near, pieces)) isReached[end] = true;
  }
  return isReached[text.length] === true;
}

/** Where what begins there may end. */
function ends(text: string, start: number, near: readonly string[], pieces: readonly string[]): number[] {
  const whole = near.filter((piece) => text.startsWith(piece, start)).map((piece) => start + piece.length);
  EXAMPLE.lastIndex = start;
  const example = EXAMPLE.test(text) ? [EXAMPLE.lastIndex] : [];
  return [...whole, ...example, ...cutEnds(text, start, pieces)];
}

/** The same for pieces that a … has taken the end or the beginning from. */
function cutEnds(text: string, start: number, pieces: readonly string[]): number[] {
  const isBehind = text[start - 1] === '…';
  const next = text.indexOf('…', start + 1);
  const beginning = next < 0 ? undefined : text.slice(start, next);
  const isBeginning =
    beginning !== undefined &&
    pieces.some((piece) => (isBehind ? piece.includes(beginning) : piece.startsWith(beginning)));
  const found = isBeginning ? [next] : [];
  if (!isBehind) return found;
  const lengths = Array.from({ length: text.length - start }, (_, index) => start + index + 1);
  return [
    ...found,
    ...lengths.filter((end) => pieces.some((piece) => piece.endsWith(text.slice(start, end)))),
  ];
}
