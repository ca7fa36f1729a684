/** What the name of a segment ends with once it is whole. */
const SEGMENT_SUFFIX = '.ts';
/** What stands behind that while it is written. */
export const PART_SUFFIX = '.part';

/**
 * Of the Redis stream's name in the names of segments. A name may have 255 bytes; this leaves room for the time and
 * the suffixes, and for what programs that copy files add to their temporary ones.
 */
const MOST_INSTANCE_BYTES = 100;
/** Four digits hold no later year. */
const LAST_SECOND_MS = Date.UTC(9999, 11, 31, 23, 59, 59);
const MS_PER_SECOND = 1_000;
const TIME_PATTERN = String.raw`(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z`;

/** A name that is one of a recorder's own. */
interface SegmentName {
  /** When its first picture was taken or, where that was taken, the next free second, in milliseconds since 1970. */
  readonly beginMs: number;
  /** It is being written, or was left unfinished. */
  readonly isPart: boolean;
}

/** The names of one recorder's segments, as `imagestream-20261124T203300Z.ts`. They sort by time. */
export interface SegmentNames {
  /** @returns undefined where the name is none of ours: nothing may be done to it then */
  read(name: string): SegmentName | undefined;
  /** The final name of one whose first picture is of this time, in milliseconds since 1970. */
  at(beginMs: number): string;
}

/**
 * What stands for a Redis stream in the names of its segments: a plain word for every file system and shell. Two
 * streams whose names differ in nothing but other characters (`a b`, `a:b`) get the same: they need folders of their
 * own.
 */
export function instanceName(stream: string): string {
  // One `_` for a character that takes two units, too.
  const plain = stream.replace(/[^A-Za-z0-9._-]/gu, '_').slice(0, MOST_INSTANCE_BYTES);
  return plain === '' ? '_' : plain.replace(/^\./, '_');
}

/** @param stream the name of the Redis stream */
export function segmentNames(stream: string): SegmentNames {
  const instance = instanceName(stream);
  const literal = instance.replaceAll('.', String.raw`\.`);
  const pattern = new RegExp(`^${literal}-${TIME_PATTERN}\\.ts(\\.part)?$`);
  const at = (beginMs: number) => `${instance}-${timeOf(beginMs)}${SEGMENT_SUFFIX}`;
  return {
    at,
    read(name) {
      const [whole, year, month, day, hour, minute, second, part] = pattern.exec(name) ?? [];
      if (whole === undefined) return undefined;
      const beginMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
      const isPart = part !== undefined;
      // A time that there is not (the 31st of February) was not written by us.
      return at(beginMs) === withoutPart(name) ? { beginMs, isPart } : undefined;
    },
  };
}

/** The final name of one that is being written. */
export function withoutPart(name: string): string {
  return name.endsWith(PART_SUFFIX) ? name.slice(0, -PART_SUFFIX.length) : name;
}

/** UTC, as `20261124T203300Z`; a time that has no such form becomes the nearest that has one. */
function timeOf(ms: number): string {
  const inRange = Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LAST_SECOND_MS) : 0;
  const second = Math.floor(inRange / MS_PER_SECOND) * MS_PER_SECOND;
  return new Date(second).toISOString().replace(/[-:]|\.\d+/g, '');
}

/**
 * The first second from `fromMs` on whose name nobody has, in either form.
 * @param mostSeconds how far to look; further on there is something else wrong
 * @returns undefined where all of them are taken
 */
export function freeBeginMs(
  names: SegmentNames,
  fromMs: number,
  mostSeconds: number,
  isTaken: (name: string) => boolean,
): number | undefined {
  for (let seconds = 0; seconds < mostSeconds; seconds += 1) {
    const beginMs = fromMs + seconds * MS_PER_SECOND;
    const name = names.at(beginMs);
    if (!isTaken(name) && !isTaken(name + PART_SUFFIX)) return beginMs;
  }
  return undefined;
}
