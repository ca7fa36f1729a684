import { safeParse } from 'valibot';
import { ConfigError } from '../base/errors.ts';
import { formatFrameRate, type FrameRate } from '../base/frame-rate.ts';
import { faultText } from '../config/fault-text.ts';
import { frameRateSchema } from '../config/frame-rate-setting.ts';
import type { SourceOption } from '../config/setting.ts';
import { faultsOfText, type Flags } from '../config/setting-reader.ts';
import { decimalNumber, secondsAsMs, wholeNumber } from '../config/text-schemas.ts';

/** How the command `source` writes its frames. */
export interface SourceOptions {
  /** Frames a second on average, gaps aside. */
  readonly rate: FrameRate;
  /** How far a frame may be off its time, as a fraction of the period: 0 to 1. */
  readonly jitter: number;
  /** Frames written at once; the mean rate stays. */
  readonly burstFrames: number;
  /** From the end of one gap to the start of the next; 0 = no gaps. */
  readonly gapEveryMs: number;
  /** How long nothing is written in a gap. */
  readonly gapMs: number;
  /** Entries that the stream is held to. */
  readonly maxLengthEntries: number;
  /** The source stops after so many frames; 0 = never. */
  readonly frameCount: number;
}

const MAX_GAP_S = 86_400;

/** Every flag of the command `source`, once. */
const SOURCE_OPTIONS = {
  rate: {
    flag: '--rate',
    placeholder: 'RATE',
    help: 'frames a second, above 0 to 240 (default: that of COSMOS_VIDEO_FRAMERATE)',
    schema: frameRateSchema,
  },
  jitter: {
    flag: '--jitter',
    defaultText: '0',
    placeholder: 'FRACTION',
    help: 'how far a frame may be off its time, as a fraction of the period, 0 to 1',
    schema: decimalNumber(0, 1),
  },
  burstFrames: {
    flag: '--burst',
    defaultText: '1',
    placeholder: 'FRAMES',
    help: 'frames written at once, 1 to 1000; the mean rate stays',
    schema: wholeNumber(1, 1000, 'frames'),
  },
  gapEveryMs: {
    flag: '--gap-every',
    defaultText: '0',
    placeholder: 'SECONDS',
    help: 'seconds from one gap to the next, 0 to 86400; 0 = no gaps; needs --gap',
    schema: secondsAsMs(0, MAX_GAP_S),
  },
  gapMs: {
    flag: '--gap',
    defaultText: '0',
    placeholder: 'SECONDS',
    help: 'seconds in which nothing is written, 0 to 86400; needs --gap-every',
    schema: secondsAsMs(0, MAX_GAP_S),
  },
  maxLengthEntries: {
    flag: '--maxlen',
    defaultText: '100',
    placeholder: 'ENTRIES',
    help: 'entries that the stream is held to, 1 to 100000',
    schema: wholeNumber(1, 100_000, 'entries'),
  },
  frameCount: {
    flag: '--count',
    defaultText: '0',
    placeholder: 'FRAMES',
    help: 'frames after which to stop; 0 = go on for ever',
    schema: wholeNumber(0, 1_000_000_000, 'frames'),
  },
} as const satisfies Readonly<Record<keyof SourceOptions, SourceOption>>;

/** The flags of `source` in the order in which they are listed. */
export const ALL_SOURCE_OPTIONS: readonly SourceOption[] = Object.values(SOURCE_OPTIONS);

/**
 * The options of the command `source` from its flags, by their names with dashes; `frameRate` is that of the settings.
 * @throws ConfigError with every fault
 */
export function parseSourceOptions(flags: Flags, frameRate: FrameRate): SourceOptions {
  const texts = { '--rate': formatFrameRate(frameRate), ...flags };
  const faults = ALL_SOURCE_OPTIONS.flatMap((option) => optionFaults(option, texts));
  if (faults.length > 0) throw new ConfigError(faults);
  const options = {
    rate: optionValue(SOURCE_OPTIONS.rate, texts),
    jitter: optionValue(SOURCE_OPTIONS.jitter, texts),
    burstFrames: optionValue(SOURCE_OPTIONS.burstFrames, texts),
    gapEveryMs: optionValue(SOURCE_OPTIONS.gapEveryMs, texts),
    gapMs: optionValue(SOURCE_OPTIONS.gapMs, texts),
    maxLengthEntries: optionValue(SOURCE_OPTIONS.maxLengthEntries, texts),
    frameCount: optionValue(SOURCE_OPTIONS.frameCount, texts),
  };
  throwUnlessGapIsWhole(options);
  return Object.freeze(options);
}

function optionFaults(option: SourceOption, flags: Flags): string[] {
  const text = flags[option.flag]?.trim();
  if (text === undefined) return [];
  if (text === '') return [faultText(option.flag, undefined, `needs a value: ${option.help}`)];
  return faultsOfText(option.schema, text).map((allowed) => faultText(option.flag, text, allowed));
}

function optionValue<T>(option: SourceOption<T>, flags: Flags): T {
  const result = safeParse(option.schema, flags[option.flag]?.trim() ?? option.defaultText);
  if (!result.success) throw new Error(`${option.flag} has no value though no fault was found`);
  return result.output;
}

function throwUnlessGapIsWhole({ gapEveryMs, gapMs }: SourceOptions): void {
  if (gapEveryMs > 0 === gapMs > 0) return;
  const [given, missing] = gapMs > 0 ? ['--gap', '--gap-every'] : ['--gap-every', '--gap'];
  throw new ConfigError([`${given} has no effect without ${missing}: give both or neither`]);
}
