import type { Random } from '../support/random.ts';

/** A destination that comes and goes. */
export type Removable = 'second link' | 'datagrams';

/** What a reload changes, until the next one takes it back. */
export type SettingsChange =
  /** Names without `COSMOS_VIDEO_`. */
  | { readonly kind: 'values'; readonly values: Readonly<Record<string, string>> }
  /** One that must be refused: the settings from before stay in force. */
  | { readonly kind: 'wrong'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'without'; readonly output: Removable };

/** Values for each setting that may change while a session is open, without the source being counted anew. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  CODEC_PRESET: ['superfast', 'veryfast'],
  QUALITY: ['20', '30'],
  BITRATE: ['600k', '1M'],
  KEYFRAME_INTERVAL: ['0.5', '1'],
  LEVELS: ['auto', '2%..40%', 'equalise'],
  GAMMA: ['0.5', '2'],
  OVERLAY: ['none', 'time,age'],
  MAX_DELAY: ['0.5', '1'],
  TRIM_AFTER: ['0.5', '0'],
  FRAMERATE_SCALING: ['skip'],
  RECORD_QUOTA: ['3M', '12M'],
  RECORD_WHEN: ['outage'],
  RECORD_SEGMENT: ['1', '10'],
};
const WRONG: Readonly<Record<string, string>> = { QUALITY: '99' };
const MOST_AT_ONCE = 3;

/** One in so many is of that kind; the others are values. */
const WITHOUT_SHARE = 0.3;
const WRONG_SHARE = 0.1;

/** A change by chance. */
export function drawChange(random: Random): SettingsChange {
  const part = random.between(0, 1);
  if (part < WRONG_SHARE) return { kind: 'wrong', values: WRONG };
  if (part < WRONG_SHARE + WITHOUT_SHARE) {
    return { kind: 'without', output: random.oneOf<Removable>(['second link', 'datagrams']) };
  }
  const names = random.shuffled(Object.keys(VALUES)).slice(0, random.whole(1, MOST_AT_ONCE));
  const values = names.map((name) => [name, random.oneOf(VALUES[name] ?? [])] as const);
  return { kind: 'values', values: Object.fromEntries(values) };
}
