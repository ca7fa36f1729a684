import { grayFormat, maxSample } from '../base/gray-format.ts';
import type { SampleAmount } from './config.ts';
import { faultText, shownValue } from './fault-text.ts';
import { inSamples } from './sample-amount.ts';
import type { Setting } from './setting.ts';
import { givenText, isGiven, labelOf, settingValue, type Inputs } from './setting-reader.ts';
import { SETTINGS } from './settings.ts';

const { levels: LEVELS, format: FORMAT } = SETTINGS;

/** ffmpeg's gray formats whose samples are not ours to map, such as grayf32le and monob. */
const GRAY_OF_FFMPEG = /^(?:gray|mono|ya)/;

/** A gray format by its name, and the largest sample that it has. */
interface SampleRange {
  readonly name: string;
  readonly largest: number;
}

/** What the format has no room for: bounds beyond its largest sample, and bounds that are one and the same sample. */
export function levelsFaults(inputs: Inputs): string[] {
  const name = settingValue(FORMAT.pixelFormat, inputs) ?? '';
  const format = grayFormat(name);
  if (format === undefined) return [];
  const range = { name, largest: maxSample(format) };
  return [
    ...faultOf(LEVELS.window, windowFault(range, inputs), inputs),
    ...faultOf(LEVELS.span, spanFault(range, inputs), inputs),
  ];
}

/** A warning for each of these settings that is given and has no effect with the format, or with the levels that are asked for. */
export function levelsWarnings(inputs: Inputs): string[] {
  const name = settingValue(FORMAT.pixelFormat, inputs) ?? '';
  return grayFormat(name) === undefined ? colourWarnings(name, inputs) : dampingWarnings(inputs);
}

function windowFault(range: SampleRange, inputs: Inputs): string | undefined {
  const window = settingValue(LEVELS.window, inputs);
  if (window?.kind !== 'fixed') return undefined;
  const bounds = { LOW: window.low, HIGH: window.high };
  const beyond = Object.entries(bounds).flatMap(([bound, amount]) =>
    isBeyond(amount, range) ? [bound] : [],
  );
  if (beyond.length > 0) return `${beyond.join(' and ')} ${atMost(range)}`;
  const [low, high] = [inSamples(window.low, range.largest), inSamples(window.high, range.largest)];
  return low < high
    ? undefined
    : `LOW and HIGH must be farther apart: both are sample ${low} of ${range.name}`;
}

function spanFault(range: SampleRange, inputs: Inputs): string | undefined {
  const span = settingValue(LEVELS.span, inputs);
  return span !== undefined && isBeyond(span, range) ? atMost(range) : undefined;
}

function isBeyond(amount: SampleAmount, { largest }: SampleRange): boolean {
  return inSamples(amount, largest) > largest;
}

function atMost({ name, largest }: SampleRange): string {
  return `must be at most ${largest}, the largest sample of ${name}`;
}

function faultOf(setting: Setting, allowed: string | undefined, inputs: Inputs): string[] {
  const given = givenText(setting, inputs);
  if (given === undefined || allowed === undefined) return [];
  return [faultText(given.label, shownValue(setting, given.text), allowed)];
}

function colourWarnings(name: string, inputs: Inputs): string[] {
  const reason = GRAY_OF_FFMPEG.test(name)
    ? `${name} has samples that ffmpeg converts`
    : `${name} has colours of its own, which ffmpeg converts`;
  const changed = [
    settingValue(LEVELS.window, inputs)?.kind === 'full' ? [] : [LEVELS.window],
    [LEVELS.dampingMs, LEVELS.span].filter((setting) => isGiven(setting, inputs)),
    settingValue(LEVELS.gamma, inputs) === 1 ? [] : [LEVELS.gamma],
    settingValue(LEVELS.palette, inputs) === 'gray' ? [] : [LEVELS.palette],
  ];
  return changed.flat().map((setting) => noEffect(setting, reason, inputs));
}

/** Damping and span are for a window that follows the frames. */
function dampingWarnings(inputs: Inputs): string[] {
  const kind = settingValue(LEVELS.window, inputs)?.kind;
  if (kind === 'auto' || kind === 'equalise') return [];
  const reason = `${labelOf(LEVELS.window, inputs)} is neither auto nor equalise`;
  return [LEVELS.dampingMs, LEVELS.span]
    .filter((setting) => isGiven(setting, inputs))
    .map((setting) => noEffect(setting, reason, inputs));
}

function noEffect(setting: Setting, reason: string, inputs: Inputs): string {
  return `${labelOf(setting, inputs)} has no effect: ${reason}`;
}
