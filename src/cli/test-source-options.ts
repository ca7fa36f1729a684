import { ConfigError } from '../base/errors.ts';
import { formatFrameRate, type FrameRate } from '../base/frame-rate.ts';
import { frameRateSchema } from '../config/frame-rate-setting.ts';
import type { Flags } from '../config/setting-reader.ts';
import { decimalNumber, secondsAsMs, wholeNumber } from '../config/text-schemas.ts';
import type { SourceTiming } from '../test-picture/source-schedule.ts';
import { commandFlagValues, type ValueFlag } from './command-flags.ts';

/** How the command `source` writes its frames. */
export interface TestSourceOptions extends SourceTiming {
  /** Entries that the stream is held to. */
  readonly maxLengthEntries: number;
  /** The source stops after so many frames; 0 = never. */
  readonly frameCount: number;
}

const MAX_GAP_S = 86_400;

/** Every flag that only the command `source` has, in the order in which they are listed. */
export const TEST_SOURCE_FLAGS = {
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
} as const satisfies Readonly<Record<keyof TestSourceOptions, ValueFlag>>;

/**
 * The options of the command `source` from its flags, by their names with dashes; `frameRate` is that of the settings.
 * @throws ConfigError with every fault
 */
export function parseTestSourceOptions(flags: Flags, frameRate: FrameRate): TestSourceOptions {
  const texts = { '--rate': formatFrameRate(frameRate), ...flags };
  const options = commandFlagValues(TEST_SOURCE_FLAGS, texts);
  throwUnlessGapIsWhole(options);
  return Object.freeze(options);
}

function throwUnlessGapIsWhole({ gapEveryMs, gapMs }: TestSourceOptions): void {
  if (gapEveryMs > 0 === gapMs > 0) return;
  const [given, missing] = gapMs > 0 ? ['--gap', '--gap-every'] : ['--gap-every', '--gap'];
  throw new ConfigError([`${given} has no effect without ${missing}: give both or neither`]);
}
