import { safeParse } from 'valibot';
import { faultText, shownValue } from './fault-text.ts';
import type { NamedSetting, Section, SectionValues, Setting } from './setting.ts';

/** The environment, as `process.env` has it. */
export type Variables = Readonly<Record<string, string | undefined>>;
/** Values of flags by the usual spelling of each flag with its dashes, e.g. `--port`. */
export type Flags = Readonly<Record<string, string>>;

/** Where the values of settings come from. */
export interface Inputs {
  readonly variables: Variables;
  readonly flags: Flags;
}

/** The text that somebody gave for a setting, and by what. */
export interface GivenText {
  readonly text: string;
  readonly isFlag: boolean;
  /** The variable; before it the flag, where it came from one. */
  readonly label: string;
}

/** The text given for the setting: the flag's, else the variable's, else that of a former variable; trimmed. */
export function givenText(setting: NamedSetting, inputs: Inputs): GivenText | undefined {
  const flag = setting.flags.find((name) => inputs.flags[name] !== undefined);
  if (flag !== undefined) {
    return { text: inputs.flags[flag]?.trim() ?? '', isFlag: true, label: `${flag} (${setting.variable})` };
  }
  const names = [setting.variable, ...(setting.formerVariables ?? [])];
  const variable = names.find((name) => variableText(name, inputs.variables) !== '');
  if (variable === undefined) return undefined;
  return { text: variableText(variable, inputs.variables), isFlag: false, label: variable };
}

/** Whether somebody gave a text for the setting. */
export function isGiven(setting: NamedSetting, inputs: Inputs): boolean {
  return givenText(setting, inputs) !== undefined;
}

/** What to call the setting in a message: as it was given, else by its variable. */
export function labelOf(setting: Setting, inputs: Inputs): string {
  return givenText(setting, inputs)?.label ?? setting.variable;
}

/** The text of a variable, trimmed; one that is not set is the same as an empty one. */
export function variableText(name: string, variables: Variables): string {
  return variables[name]?.trim() ?? '';
}

/** What is wrong with the setting, in whole sentences; nothing where it has a usable value or may go without. */
export function settingFaults(setting: Setting, inputs: Inputs): string[] {
  const given = givenText(setting, inputs);
  if (given === undefined) return missingFaults(setting, inputs);
  const shown = shownValue(setting, given.text);
  if (given.text === '') return [faultText(given.label, undefined, `needs a value: ${setting.help}`)];
  return faultsOfText(setting.schema, given.text).map((allowed) => faultText(given.label, shown, allowed));
}

/** What a schema has against the text: for each fault, what is allowed. */
export function faultsOfText(schema: Setting['schema'], text: string): string[] {
  const result = safeParse(schema, text, { abortPipeEarly: true });
  return result.success ? [] : result.issues.map((issue) => issue.message);
}

/** The setting's value or else its default; undefined where it has neither, and where its text is at fault. */
export function settingValue<T>(setting: Setting<T>, inputs: Inputs): T | undefined {
  const text = givenText(setting, inputs)?.text ?? setting.defaultText;
  if (text === undefined) return undefined;
  const result = safeParse(setting.schema, text);
  return result.success ? result.output : undefined;
}

/** The values of a section. For use once there are no faults: else it throws. */
export function sectionValues<S extends Section>(section: S, inputs: Inputs): SectionValues<S> {
  const values = Object.entries(section).flatMap(([name, setting]) => {
    const value =
      setting.defaultText !== undefined ? certainValue(setting, inputs) : settingValue(setting, inputs);
    return value === undefined ? [] : [[name, value]];
  });
  // Object.fromEntries forgets which value belongs to which name; `SectionValues` says the same as the lines above.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(values) as SectionValues<S>;
}

/** The value of a setting that has a default. */
function certainValue<T>(setting: Setting<T>, inputs: Inputs): T {
  const value = settingValue(setting, inputs);
  if (value === undefined) throw new Error(`${setting.variable} has no value though no fault was found`);
  return value;
}

function missingFaults({ requiredUnless: other, ...setting }: Setting, inputs: Inputs): string[] {
  if (other === undefined || isGiven(other, inputs)) return [];
  return [`${inWords(setting)} is not set, but must be, unless ${inWords(other)} is: ${setting.help}`];
}

function inWords({ variable, flags }: NamedSetting): string {
  return `${variable} (${flags.join(', ')})`;
}
