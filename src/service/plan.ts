import { encodedSize, type FrameFormat } from '../base/frame-format.ts';
import { formatFrameRate } from '../base/frame-rate.ts';
import { grayFormat } from '../base/gray-format.ts';
import type {
  Config,
  LevelsSettings,
  OutputSettings,
  SampleAmount,
  WindowSetting,
} from '../config/config.ts';
import { markPlane } from '../levels/marks/mark-plane.ts';
import { redisName } from '../redis/redis-name.ts';

/** Settings that ffmpeg has agreed to, and what it makes of them. */
export interface Plan {
  readonly config: Config;
  readonly format: FrameFormat;
}

/** A part of the settings. */
type Section = keyof Config;

/**
 * What has to be done for other settings. `nothing`: they are the same. `reporting`: another log level or report interval
 * is in force at once. `frames`: the mover takes them over, and the session goes on. `outputs`: those that are other ones are
 * closed and opened, and the session goes on with the others. `encoder`: another ffmpeg takes over between two frames, and the
 * session goes on. `session`: the session ends, and the next one begins with them.
 */
export type Reach = 'nothing' | 'reporting' | 'frames' | 'outputs' | 'encoder' | 'session';

/** The sections in which two configurations differ. */
export function changedSections(before: Config, after: Config): Section[] {
  // The keys of an object of a known type without more of them are those of the type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const sections = Object.keys(after) as Section[];
  return sections.filter((section) => !Bun.deepEquals(before[section], after[section]));
}

/**
 * How far a change of settings reaches: no farther than what has changed.
 * @param areOurs whether the video comes to us with these settings, so that a session outlives the ffmpeg and the outputs that it
 * began with
 */
export function reachOf(before: Config, after: Config, areOurs: (output: OutputSettings) => boolean): Reach {
  const reaches = new Set(changedSections(before, after).map((name) => reachOfSection(name, before, after)));
  const reach = REACHES.findLast((farther) => reaches.has(farther)) ?? 'nothing';
  const endsSession =
    (reach === 'encoder' && !areOurs(before.output)) ||
    (reaches.has('outputs') && !(areOurs(before.output) && areOurs(after.output)));
  return endsSession ? 'session' : reach;
}

/** From the nearest to the farthest. */
const REACHES: readonly Reach[] = ['nothing', 'reporting', 'frames', 'outputs', 'encoder', 'session'];

function reachOfSection(section: Section, before: Config, after: Config): Reach {
  switch (section) {
    case 'log':
    case 'report':
      return 'reporting';
    case 'source':
    case 'levels':
      return 'frames';
    case 'pacing':
      // ffmpeg gets the rate at its start.
      return Bun.deepEquals(before.pacing.frameRate, after.pacing.frameRate) ? 'frames' : 'session';
    case 'encoder':
      return 'encoder';
    case 'output':
      // A receiver that has seen the tables without a track would not look for it.
      return before.output.audio === after.output.audio ? 'outputs' : 'session';
    case 'format':
      return 'session';
  }
}

/** All of the plan in one line of the log, without its secrets. */
export function planInWords({ config, format }: Plan): string {
  const { source, pacing, encoder, output } = config;
  const cap = encoder.maxBitrateBps === undefined ? '' : `, at most ${encoder.maxBitrateBps / 1e6} Mbit/s`;
  return (
    `${source.stream} (${source.key}: ${format.widthPx}x${format.heightPx} ${format.pixelFormat}, ${format.sizeBytes} bytes) ` +
    `of ${redisName(source.redis)} -> ${formatFrameRate(pacing.frameRate)} fps by ${pacing.method}, ` +
    levelsSettingsInWords(config.levels, format) +
    `H.264 ${encoder.preset}/${encoder.tune ?? 'no tune'}, CRF ${encoder.crf}${cap}${outputsInWords(output)}`
  );
}

function outputsInWords({ destinations, record, audio }: OutputSettings): string {
  const track = audio === 'silent' ? ', silent track' : '';
  const names = destinations.map(({ display }) => display);
  const when = record?.when === 'outage' && names.length > 0 ? ' in an outage' : '';
  return `${track} -> ${[...names, ...(record ? [`recordings in ${record.folder}${when}`] : [])].join(', ')}`;
}

/** Only where they are ours to map. */
function levelsSettingsInWords({ window, gamma, palette }: LevelsSettings, format: FrameFormat): string {
  if (!grayFormat(format.pixelFormat)) return '';
  const curve = gamma === 1 ? '' : ` gamma ${gamma}`;
  return `levels ${windowInWords(window)}${curve}${palette === 'gray' ? '' : ` ${palette}`}, `;
}

/** As one would set it. */
function windowInWords(window: WindowSetting): string {
  switch (window.kind) {
    case 'full':
    case 'equalise':
      return window.kind;
    case 'fixed':
      return `${amountInWords(window.low)}..${amountInWords(window.high)}`;
    case 'auto':
      return `auto:${window.lowPercent}..${window.highPercent}`;
  }
}

function amountInWords({ value, unit }: SampleAmount): string {
  return unit === 'percent' ? `${value}%` : `${value}`;
}

/** The warning where marks are asked for that cannot be written; undefined where all is well. */
export function unmarkedInWords({ config, format: { pixelFormat } }: Plan): string | undefined {
  if (config.levels.overlay.length === 0 || grayFormat(pixelFormat) || markPlane(pixelFormat))
    return undefined;
  return (
    `nothing can be written on pictures of ${pixelFormat}, also not that no new frame comes: ` +
    'set COSMOS_VIDEO_OVERLAY=none, or another COSMOS_VIDEO_FORMAT if the sensor has one'
  );
}

/** The warning where the picture has to be padded; undefined where it has not. */
export function oddSizeInWords(format: FrameFormat): string | undefined {
  const { widthPx, heightPx } = encodedSize(format);
  if (widthPx === format.widthPx && heightPx === format.heightPx) return undefined;
  return (
    `COSMOS_VIDEO_RESOLUTION=${format.widthPx}x${format.heightPx} is odd, H.264 4:2:0 needs even sizes: ` +
    `the video is ${widthPx}x${heightPx}, with a black line added at the right or bottom`
  );
}
