/** The commands and what each does, in the order of --help. */
export const COMMANDS = {
  run: 'the service: frames from Redis become a video at the destination (also without any command)',
  check:
    'says of settings, ffmpeg, destination and Redis what is good, and what to do where something is not',
  source: 'writes a moving test picture into the stream, for trying things out without a sensor',
} as const;
export type CommandName = keyof typeof COMMANDS;

/** Whether the word is a command. */
export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}
