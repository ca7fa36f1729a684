import { parseTestSourceConfig } from '../../config/parse-config.ts';
import { redactor } from '../../config/redact.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-status.ts';
import { parseTestSourceOptions, TEST_SOURCE_FLAGS } from '../test-source-options.ts';

/** Loads ioredis and the test picture only when it runs. */
export const sourceCommand: Command = {
  name: 'source',
  summary: 'writes a moving test picture into the stream, for trying things out without a sensor',
  flags: Object.values(TEST_SOURCE_FLAGS),
  async run({ env, flags, commandFlags, createLog, stop }) {
    const { config, warnings } = parseTestSourceConfig(env, flags);
    const options = parseTestSourceOptions(commandFlags, config.pacing.frameRate);
    const log = createLog(config.log.level, redactor(config.source.redis.password));
    for (const warning of warnings) log.warn(warning);
    const { writeTestPictures } = await import('../test-source.ts');
    await writeTestPictures(config, options, log, stop);
    return EXIT.good;
  },
};
