import * as v from 'valibot';
import { isHost, withoutBrackets } from './host.ts';
import type { TextSchema } from './setting.ts';

/** Digits with at most one point between them: no sign, no exponent, no hexadecimal. */
const DECIMAL = /^\d+(?:\.\d+)?$/;
const WHOLE = /^\d+$/;
const MS_PER_SECOND = 1000;
const PER_UNIT: Readonly<Record<string, number>> = { k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };
/** Less than a segment is ever worth keeping. */
const LEAST_SIZE_BYTES = 1_000_000;
/** As much as a player shows of it on a line. */
export const MAX_SERVICE_NAME_CHARACTERS = 64;
/** A service descriptor has 255 bytes for the names of the service and of its provider, and what they are encoded in. */
const MAX_SERVICE_NAME_BYTES = 200;

/** Text as it is, on one line. Line breaks, NUL and other control characters have no place in any setting. */
export const lineSchema = v.pipe(
  v.string(),
  v.regex(/^\P{Cc}+$/u, 'must be one line without control characters'),
) satisfies TextSchema<string>;

/** A host name, an IPv4 address, or an IPv6 address, whose brackets are taken off. */
export const hostSchema: TextSchema<string> = v.pipe(
  lineSchema,
  v.check(isHost, 'must be a host name, an IPv4 address or an IPv6 address'),
  v.transform(withoutBrackets),
);

/** The name of a pixel format in the form ffmpeg's names have; whether ffmpeg knows it is not asked here. */
export const pixelFormatSchema: TextSchema<string> = v.pipe(
  lineSchema,
  v.regex(/^[a-z0-9_]{1,32}$/, 'must be the name of a pixel format, e.g. gray16be (list: ffmpeg -pix_fmts)'),
);

/** `off` or `on`. */
export const switchSchema: TextSchema<boolean> = v.pipe(
  oneOf(['off', 'on']),
  v.transform((text) => text === 'on'),
);

/** Width and height in pixels, each 16 to 16384: `1920x1080`, also with X or ×. */
export const resolutionSchema: TextSchema<{ readonly widthPx: number; readonly heightPx: number }> = v.pipe(
  lineSchema,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const [, width, height] = /^(\d+)[xX×](\d+)$/.exec(dataset.value) ?? [];
    const [widthPx, heightPx] = [Number(width), Number(height)];
    if (isSide(widthPx) && isSide(heightPx)) return { widthPx, heightPx };
    addIssue({ message: 'must be WIDTHxHEIGHT in pixels, each 16 to 16384, e.g. 1920x1080' });
    return NEVER;
  }),
);

/** Bits a second as `800k`, `2.5M`, `1G` or a plain number, 10k to 1G; rounded to whole bits. */
export const bitRateSchema: TextSchema<number> = v.pipe(
  lineSchema,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([kKMG]?)$/.exec(dataset.value) ?? [];
    const bitRateBps = Math.round(Number(digits) * (PER_UNIT[unit] ?? 1));
    if (bitRateBps >= 10_000 && bitRateBps <= 1_000_000_000) return bitRateBps;
    addIssue({ message: 'must be bits a second from 10k to 1G, e.g. 800k, 2.5M or 4000000' });
    return NEVER;
  }),
);

/** Bytes as `500M`, `20G`, `1T` (powers of ten) or a plain number, from 1M on; rounded to whole bytes. */
export const sizeSchema: TextSchema<number> = v.pipe(
  lineSchema,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([kKMGT]?)$/.exec(dataset.value) ?? [];
    const sizeBytes = Math.round(Number(digits) * (PER_UNIT[unit] ?? 1));
    if (sizeBytes >= LEAST_SIZE_BYTES && Number.isSafeInteger(sizeBytes)) return sizeBytes;
    addIssue({ message: 'must be bytes from 1M on, e.g. 500M, 20G, 1T or 20000000000' });
    return NEVER;
  }),
);

/** A path of a folder, and no address. */
export const folderSchema: TextSchema<string> = v.pipe(
  lineSchema,
  v.check(
    (text) => !/^[a-z0-9+.-]+:|:\/\/|\?/i.test(text),
    'must be the path of a folder, and no address: without a question mark, and with ./ before one with a colon',
  ),
);

/** A name that fits into a table of MPEG-TS, together with that of its provider. */
export const serviceNameSchema: TextSchema<string> = v.pipe(
  lineSchema,
  v.check(
    (text) =>
      Array.from(text).length <= MAX_SERVICE_NAME_CHARACTERS &&
      Buffer.byteLength(text) <= MAX_SERVICE_NAME_BYTES,
    `must be a name of at most ${MAX_SERVICE_NAME_CHARACTERS} characters, and ${MAX_SERVICE_NAME_BYTES} bytes`,
  ),
);

/** One of the words given. */
export function oneOf<const T extends string>(words: readonly T[]): TextSchema<T> {
  return v.pipe(lineSchema, v.picklist(words, `must be ${listed(words)}`));
}

/** A whole number within the bounds, both included; `what` is its unit, if it has one. */
export function wholeNumber(min: number, max: number, what = ''): TextSchema<number> {
  return number(WHOLE, min, max, `must be a whole number${what && ` of ${what}`} from ${min} to ${max}`);
}

/** A number, with or without a decimal point, within the bounds, both included. */
export function decimalNumber(min: number, max: number, what = ''): TextSchema<number> {
  return number(DECIMAL, min, max, `must be a number${what && ` of ${what}`} from ${min} to ${max}`);
}

/** Seconds in the text, whole milliseconds as the value, so that a short time cannot become 0 by rounding. */
export function secondsAsMs(minS: number, maxS: number): TextSchema<number> {
  const message = `must be seconds from ${minS} to ${maxS}, with at most three decimals`;
  return v.pipe(
    number(/^\d+(?:\.\d{1,3}0*)?$/, minS, maxS, message),
    v.transform((seconds) => Math.round(seconds * MS_PER_SECOND)),
  );
}

function number(form: RegExp, min: number, max: number, message: string): TextSchema<number> {
  return v.pipe(
    lineSchema,
    v.regex(form, message),
    v.transform(Number),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
}

function isSide(sidePx: number): boolean {
  return sidePx >= 16 && sidePx <= 16_384;
}

/** `a, b or c`. */
function listed(words: readonly string[]): string {
  const [last = '', ...others] = words.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(', ')} or ${last}`;
}
