import type { GenericSchema, InferOutput } from 'valibot';

/** A check of a text that also gives the value it means. The message of each fault reads on after "NAME is TEXT: ". */
export type TextSchema<T> = GenericSchema<string, T>;

/** Headings under which --help and the documents list the settings, in their order there. */
export const SETTING_GROUPS = [
  'Frames',
  'Redis',
  'Timing',
  'Picture',
  'Encoding',
  'Destination',
  'Recording',
  'Service',
] as const;
/** One of these headings. */
export type SettingGroup = (typeof SETTING_GROUPS)[number];

/** What the name of every variable begins with. */
export const VARIABLE_PREFIX = 'COSMOS_VIDEO_';
/** Names the files that settings are read from again, so it cannot stand in one itself; see `ReloadableSettings`. */
export const ENV_FILE_VARIABLE = 'COSMOS_VIDEO_ENV_FILE';

/** By what a setting is called. */
export interface NamedSetting {
  /** Name of the environment variable. */
  readonly variable: `${typeof VARIABLE_PREFIX}${string}`;
  /** Names it had before; each still works, with a warning. */
  readonly formerVariables?: readonly string[];
  /** The flag and its other spellings, the usual one first; none for what must not stand in a command line. */
  readonly flags: readonly `--${string}`[];
}

/** One setting: all that reading it, explaining it and listing it needs. */
export interface Setting<T = unknown> extends NamedSetting {
  readonly group: SettingGroup;
  /** The default as one would write it; absent = none. */
  readonly defaultText?: string;
  /** The setting has no default and must be given, unless this other one is. */
  readonly requiredUnless?: NamedSetting;
  /** The value is never shown. */
  readonly isSecret?: true;
  /** The value is, or may be taken for, addresses that may hold secrets; of them only what is none is shown. */
  readonly isAddress?: true;
  /** What stands for the value in --help. */
  readonly placeholder: string;
  /** What it means, with its unit and range; one line, no full stop at the end. */
  readonly help: string;
  /** From its text, trimmed and not empty, to its value. */
  readonly schema: TextSchema<T>;
}

/** The settings of one stage, by the names of their values. */
export type Section = Readonly<Record<string, Setting>>;

/** The values of a section; a setting that has no default may be absent. */
export type SectionValues<S extends Section> = {
  readonly [Name in keyof S as S[Name] extends Certain ? Name : never]: InferOutput<S[Name]['schema']>;
} & {
  readonly [Name in keyof S as S[Name] extends Certain ? never : Name]?: InferOutput<S[Name]['schema']>;
};
type Certain = { readonly defaultText: string };
