import type { Command } from './command.ts';
import { checkCommand } from './commands/check.ts';
import { runCommand } from './commands/run.ts';
import { sourceCommand } from './commands/source.ts';

/** Every command, in the order of --help. */
export const COMMANDS: readonly Command[] = [runCommand, checkCommand, sourceCommand];

/** What the program does where no command is given. */
export const DEFAULT_COMMAND: Command = runCommand;

/** The command of that name, if there is one. */
export function commandNamed(name: string): Command | undefined {
  return COMMANDS.find((command) => command.name === name);
}
