import { readFileSync } from 'node:fs';
import { parseEnvironmentFile } from '../config/environment-file.ts';
import { parseConfig, type Parsed } from '../config/parse-config.ts';
import type { Flags, Variables } from '../config/setting-reader.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../errors.ts';

const PREFIX = 'COSMOS_VIDEO_';

/** Where the settings came from, so that they can be read once more. */
export class SettingsSource {
  constructor(
    private readonly variables: Variables,
    private readonly flags: Flags,
  ) {}

  /** The settings that the program was started with. Throws a `ConfigError` with every fault. */
  first(): Parsed<Config> {
    return parseConfig(this.variables, this.flags);
  }

  /**
   * The settings as they are now: those of the files that COSMOS_VIDEO_ENV_FILE names, of which a later one wins, and of
   * the flags. A variable that is no longer in a file counts as unset, wherever it came from at the start. Throws a
   * `ConfigError` with every fault, and where there is no file to read.
   */
  again(): Parsed<Config> {
    const [firstPath, ...otherPaths] = (this.variables['COSMOS_VIDEO_ENV_FILE'] ?? '')
      .split(':')
      .filter(Boolean);
    if (firstPath === undefined) {
      throw new ConfigError([
        'COSMOS_VIDEO_ENV_FILE names no file to read the settings from again: restart instead',
      ]);
    }
    const inherited = Object.entries(this.variables).filter(([name]) => !name.startsWith(PREFIX));
    const files = [readFile(firstPath), ...otherPaths.map((path) => readFile(path, { mayBeMissing: true }))];
    return parseConfig(Object.assign(Object.fromEntries(inherited), ...files), this.flags);
  }
}

function readFile(path: string, { mayBeMissing = false } = {}): Record<string, string> {
  try {
    return parseEnvironmentFile(readFileSync(path, 'utf8'));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (mayBeMissing && isMissing) return {};
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`${path} (of COSMOS_VIDEO_ENV_FILE) cannot be read: ${reason}`]);
  }
}
