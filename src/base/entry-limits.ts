import type { WrongEntry } from './stream-entry.ts';

/** A frame with more fields beside it is none: each takes some microseconds, so that a thousand cost as much as a frame. */
export const MOST_OTHER_FIELDS = 1_000;
/** Nor one with more bytes in them: on the fastest connection they take as long as a period. */
export const MOST_OTHER_BYTES = 67_108_864;

/** What an entry has too much of, to stand behind its name in a message: `has 500000 fields, …`. */
export function excessInWords(entry: Extract<WrongEntry, { kind: `too-${string}` }>): string {
  return entry.kind === 'too-many-fields'
    ? `has ${entry.fieldCount} fields, at most ${MOST_OTHER_FIELDS} may stand beside the frame`
    : `has more than ${MOST_OTHER_BYTES / 2 ** 20} MiB in the fields beside the frame`;
}
