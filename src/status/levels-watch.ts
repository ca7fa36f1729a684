import { NS_PER_SECOND } from '../base/frame-rate.ts';
import { grayFormat, maxSample, type GrayFormat } from '../base/gray-format.ts';
import type { LevelsReport } from '../base/levels-report.ts';

/** So long samples are gathered before they are judged, over and over. */
const GATHERING_NS = 10n * NS_PER_SECOND;
/** A dark scene or a wrong setting may last for ever: each warning comes again after this long, at the soonest. */
const SAY_AGAIN_NS = 3_600n * NS_PER_SECOND;
/** A picture shows too little that uses less than this part of the range. */
const ENOUGH_OF_RANGE = 1 / 8;
/** Swapped bytes of a smooth picture are noise; those of one that is noisy itself are about as rough as before. */
const FAR_SMOOTHER = 3;
/** Beyond this the number tells nothing more; of a picture without any noise there is none. */
const MOST_TIMES = 100;
/** Bits of the gray formats that a format of 16 bits may be taken for by mistake, fewest first. */
const FEWER_BITS: readonly GrayFormat['bits'][] = [9, 10, 12, 14];

/** What is wrong with the levels of a picture. */
export type LevelsNews =
  | { readonly kind: 'byte-order'; readonly roughness: Roughness }
  | { readonly kind: 'narrow'; readonly seen: Samples; readonly maxSample: number };

type Samples = LevelsReport['seen'];
type Roughness = NonNullable<LevelsReport['roughness']>;

/** All reports of one time of gathering. */
interface Gathered {
  readonly sinceNs: bigint;
  readonly seen: Samples;
  /** The sum, of which only proportions count. */
  readonly roughness: Roughness;
}

/** Watches whether the picture of a gray sensor can be recognised: its samples use the range, and their bytes are in order. */
export class LevelsWatch {
  #gathered: Gathered | undefined;
  readonly #saidNs = new Map<LevelsNews['kind'], bigint>();

  /** @param isFullRange the format's whole range is shown, so what uses a small part of it can hardly be seen */
  constructor(private readonly isFullRange: boolean) {}

  /**
   * Takes a report, about once a second while frames come.
   * @returns what is to be logged, if these 10 s were bad and that was not yet returned within an hour
   */
  look(levels: LevelsReport, nowNs: bigint): LevelsNews | undefined {
    const gathered = withReport(this.#gathered, levels, nowNs);
    const isOver = nowNs - gathered.sinceNs >= GATHERING_NS;
    this.#gathered = isOver ? undefined : gathered;
    const news = isOver ? this.#judge(gathered, levels.maxSample) : undefined;
    if (!news || !this.#isDue(news.kind, nowNs)) return undefined;
    this.#saidNs.set(news.kind, nowNs);
    return news;
  }

  /** Where the bytes are swapped, the numbers of the samples are nonsense. */
  #judge({ seen, roughness }: Gathered, largest: number): LevelsNews | undefined {
    if (roughness.swapped * FAR_SMOOTHER < roughness.asRead) return { kind: 'byte-order', roughness };
    if (!this.isFullRange || !isNarrow(seen, largest)) return undefined;
    return { kind: 'narrow', seen, maxSample: largest };
  }

  #isDue(kind: LevelsNews['kind'], nowNs: bigint): boolean {
    const saidNs = this.#saidNs.get(kind);
    return saidNs === undefined || nowNs - saidNs >= SAY_AGAIN_NS;
  }
}

/** Whether the report can be one of this pixel format: one that was under way while the settings changed may be of another. */
export function isReportOf(levels: LevelsReport, pixelFormat: string): boolean {
  const format = grayFormat(pixelFormat);
  return format !== undefined && levels.maxSample === maxSample(format);
}

/** The warning: what was seen, and the setting that helps. */
export function levelsInWords(news: LevelsNews, pixelFormat: string): string {
  return news.kind === 'byte-order'
    ? `the picture is ${timesInWords(news.roughness)} times smoother with the bytes of each sample swapped: ` +
        `the byte order is probably wrong; set COSMOS_VIDEO_FORMAT=${otherOrder(pixelFormat)}`
    : narrowInWords(news.seen, news.maxSample, pixelFormat);
}

function withReport(before: Gathered | undefined, levels: LevelsReport, nowNs: bigint): Gathered {
  const { seen, roughness = { asRead: 0, swapped: 0 } } = levels;
  if (!before) return { sinceNs: nowNs, seen, roughness };
  return {
    sinceNs: before.sinceNs,
    seen: { low: Math.min(before.seen.low, seen.low), high: Math.max(before.seen.high, seen.high) },
    roughness: {
      asRead: before.roughness.asRead + roughness.asRead,
      swapped: before.roughness.swapped + roughness.swapped,
    },
  };
}

/** A frame that is all one sample, of a closed shutter say, has nothing that any window could show. */
function isNarrow({ low, high }: Samples, largest: number): boolean {
  return high > low && high - low < (largest + 1) * ENOUGH_OF_RANGE;
}

function narrowInWords({ low, high }: Samples, largest: number, pixelFormat: string): string {
  const better = betterFormat(pixelFormat, { low, high });
  return (
    `99 % of the samples lie between ${low.toFixed(0)} and ${high.toFixed(0)} of ${largest}, ` +
    `the video is ${lookInWords((low + high) / 2, largest)}: set COSMOS_VIDEO_LEVELS=auto` +
    (better === undefined ? '' : `, or COSMOS_VIDEO_FORMAT=${better}`)
  );
}

/** What a narrow part of the range looks like whose middle is there. */
function lookInWords(middle: number, largest: number): string {
  const edge = (largest + 1) * ENOUGH_OF_RANGE;
  if (middle < edge) return 'nearly black';
  return largest - middle < edge ? 'nearly white' : 'nearly one gray';
}

/** The format of the fewest bits that hold all that was seen, where that is not narrow in it, and it is another one. */
function betterFormat(pixelFormat: string, seen: Samples): string | undefined {
  const present = grayFormat(pixelFormat);
  // With opacity there is none of fewer bits.
  if (present?.pixelBytes !== 2 || present.sampleBytes !== 2) return undefined;
  const bits = FEWER_BITS.find((fewer) => seen.high <= maxSample({ bits: fewer }));
  if (bits === undefined || bits >= present.bits || isNarrow(seen, maxSample({ bits }))) return undefined;
  return `gray${bits}${/[lb]e$/.exec(pixelFormat)?.[0] ?? ''}`;
}

/** A name without a byte order is little-endian. */
function otherOrder(pixelFormat: string): string {
  const order = grayFormat(pixelFormat)?.isBigEndian ? 'le' : 'be';
  return `${pixelFormat.replace(/[lb]e$/, '')}${order}`;
}

function timesInWords({ asRead, swapped }: Roughness): string {
  return asRead > swapped * MOST_TIMES ? `over ${MOST_TIMES}` : (asRead / swapped).toFixed(0);
}
