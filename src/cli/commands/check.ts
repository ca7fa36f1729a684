import { visibleText } from '../../base/visible-text.ts';
import { parseConfig } from '../../config/parse-config.ts';
import { redactor } from '../../config/redact.ts';
import type { Command } from '../command.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';

const STATUSES = { good: EXIT.good, bad: EXIT.bad, refused: EXIT.settings } as const;

/** Loads ioredis and ffmpeg's questions only when it runs. */
export const checkCommand: Command = {
  name: 'check',
  summary:
    'says of settings, ffmpeg, destination and Redis what is good, and what to do where something is not',
  flags: [],
  async run({ env, flags, createLog, print, stop }) {
    const { config, warnings } = parseConfig(env, flags);
    const redactText = redactor(config.source.redis.password, config.output.destination);
    const log = createLog(config.log.level, redactText);
    for (const warning of warnings) log.warn(warning);
    // It has nothing to finish, and whatever ffmpeg it asks ends with it.
    const { promise: stopped, resolve } = Promise.withResolvers<ExitStatus>();
    stop.addEventListener('abort', () => resolve(EXIT.bad), { once: true });
    const { check } = await import('../check.ts');
    const checked = check(config, (text) => print(visibleText(redactText(text))));
    return Promise.race([checked.then((result) => STATUSES[result]), stopped]);
  },
};
