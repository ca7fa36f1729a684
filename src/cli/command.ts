import type { LogLevel } from '../config/config.ts';
import type { Flags, Variables } from '../config/setting-reader.ts';
import type { LeveledLogger } from '../status/logger.ts';
import type { CommandFlag } from './command-flags.ts';
import type { ExitStatus } from './exit-status.ts';

/** One command of the program. */
export interface Command {
  readonly name: string;
  /** What it does; one line, no full stop at the end. */
  readonly summary: string;
  /** Flags that it has beside those of the settings. */
  readonly flags: readonly CommandFlag[];
  /**
   * Does it. A command loads what it needs here, not with its file: every start of the program loads the files of all
   * commands. Rejects with a `ConfigError` where a setting or a flag is at fault.
   */
  run(context: CommandContext): Promise<ExitStatus>;
}

/** What a command has to do with the process that it runs in. */
interface CommandContext {
  readonly version: string;
  readonly env: Variables;
  /** Flags of settings. */
  readonly flags: Flags;
  /** Flags that the command has for itself; the text of one that takes no value is empty. */
  readonly commandFlags: Flags;
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
  /** A log on standard error; `redact` takes out what must not be seen. */
  readonly createLog: (level: LogLevel, redact: (text: string) => string) => LeveledLogger;
  /** The command is to end in good order; it has a few seconds. */
  readonly stop: AbortSignal;
  /** The process ends now: what would outlive it must be killed. */
  readonly kill: AbortSignal;
  /** From this call on a hang-up signal asks for a reload where settings come from a file. */
  readonly onReload: (reload: () => void) => void;
  /** Where the code of the mover's thread is. */
  readonly frameThreadUrl: string;
}
