import { visibleText } from '../../base/visible-text.ts';
import { parseConfig } from '../../config/parse-config.ts';
import { redactor } from '../../config/redact.ts';
import type { Command } from '../command.ts';
import type { SwitchFlag } from '../command-flags.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';

/** Every flag that only the command `check` has. */
const CONNECT = {
  flag: '--connect',
  help:
    'opens each destination too, as a start would, for 2 s and without video: shakes hands over SRT and says what the ' +
    'server answered, or writes a file and removes it; the server sees a publisher come and go',
} as const satisfies SwitchFlag;

const STATUSES = { good: EXIT.good, bad: EXIT.bad, refused: EXIT.settings } as const;

/** Loads ioredis and ffmpeg's questions only when it runs. */
export const checkCommand: Command = {
  name: 'check',
  summary:
    'says of settings, ffmpeg, destinations, recorder and Redis what is good, and what to do where something is not',
  flags: [CONNECT],
  async run({ env, flags, commandFlags, createLog, print, stop }) {
    const { config, warnings } = parseConfig(env, flags);
    const redactText = redactor(config.source.redis.password, config.output.destinations);
    const log = createLog(config.log.level, redactText);
    for (const warning of warnings) log.warn(warning);
    // It has nothing to finish, and whatever ffmpeg it asks ends with it.
    const { promise: stopped, resolve } = Promise.withResolvers<ExitStatus>();
    stop.addEventListener('abort', () => resolve(EXIT.bad), { once: true });
    const { check } = await import('../check.ts');
    const isToConnect = commandFlags[CONNECT.flag] !== undefined;
    const checked = check(config, { env, isToConnect, stop }, (text) => print(visibleText(redactText(text))));
    return Promise.race([checked.then((result) => STATUSES[result]), stopped]);
  },
};
