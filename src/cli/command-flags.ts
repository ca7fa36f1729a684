import { safeParse, type InferOutput } from 'valibot';
import { ConfigError } from '../base/errors.ts';
import { faultText } from '../config/fault-text.ts';
import type { TextSchema } from '../config/setting.ts';
import { faultsOfText, type Flags } from '../config/setting-reader.ts';

/** One flag that a command has for itself. */
export interface CommandFlag<T = unknown> {
  readonly flag: `--${string}`;
  /** The default as one would write it; absent = it comes from elsewhere, as the help says. */
  readonly defaultText?: string;
  readonly placeholder: string;
  readonly help: string;
  readonly schema: TextSchema<T>;
}

type FlagTable = Readonly<Record<string, CommandFlag>>;
type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: InferOutput<Table[Name]['schema']>;
};

/**
 * The values of a command's flags, by their names in `table`; `texts` holds the text of each that has no default.
 * @throws ConfigError with every fault
 */
export function commandFlagValues<Table extends FlagTable>(table: Table, texts: Flags): FlagValues<Table> {
  const faults = Object.values(table).flatMap((flag) => flagFaults(flag, texts));
  if (faults.length > 0) throw new ConfigError(faults);
  const values = Object.entries(table).map(([name, flag]) => [name, flagValue(flag, texts)]);
  // Object.fromEntries forgets which value belongs to which name.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(values) as FlagValues<Table>;
}

function flagFaults({ flag, schema, help }: CommandFlag, texts: Flags): string[] {
  const text = texts[flag]?.trim();
  if (text === undefined) return [];
  if (text === '') return [faultText(flag, undefined, `needs a value: ${help}`)];
  return faultsOfText(schema, text).map((allowed) => faultText(flag, text, allowed));
}

function flagValue({ flag, schema, defaultText }: CommandFlag, texts: Flags): unknown {
  const result = safeParse(schema, texts[flag]?.trim() ?? defaultText);
  if (!result.success) throw new Error(`${flag} has no value though no fault was found`);
  return result.output;
}
