import type { Setting } from './setting.ts';
import { givenText, type Inputs } from './setting-reader.ts';

/** A setting that once was: its variable and its flags are accepted with any value, and change nothing. */
interface RetiredSetting extends Pick<Setting, 'variable' | 'flags'> {
  /** Why nobody needs it; reads on after "has no effect any more: ". */
  readonly reason: string;
}

const RETIRED_SETTINGS: readonly RetiredSetting[] = [
  { variable: 'COSMOS_VIDEO_READER', flags: ['--reader'], reason: 'frames are read in one way' },
];

/** The flags of retired settings, which still take a value. */
export const RETIRED_FLAGS: readonly string[] = RETIRED_SETTINGS.flatMap(({ flags }) => flags);

/** Whether the variable was a setting once. */
export function isRetiredVariable(name: string): boolean {
  return RETIRED_SETTINGS.some(({ variable }) => variable === name);
}

/** A warning for each retired setting that is given, by variable or flag. Shows no value. */
export function retiredWarnings(inputs: Inputs): string[] {
  return RETIRED_SETTINGS.flatMap((setting) => {
    const given = givenText(setting, inputs);
    return given === undefined ? [] : [`${given.label} has no effect any more: ${setting.reason}`];
  });
}
