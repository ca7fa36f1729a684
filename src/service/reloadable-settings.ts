import { codeOf, ConfigError, messageOf } from '../base/errors.ts';
import type { Config } from '../config/config.ts';
import { parseEnvFile } from '../config/env-file-syntax.ts';
import { parseConfig, type Parsed } from '../config/parse-config.ts';
import type { Flags, Variables } from '../config/setting-reader.ts';
import { ENV_FILE_VARIABLE, VARIABLE_PREFIX } from '../config/setting.ts';
import { readRegularFile, UnfitFileError } from '../os/regular-file.ts';
import { tlsTrust } from '../redis/tls-trust.ts';

/** Far more than all settings with all their comments; what is larger is another file. */
const MOST_FILE_BYTES = 1024 * 1024;

/** Where the settings came from, so that they can be read once more. */
export class ReloadableSettings {
  /** What the program was started with that no file says: of the service manager, or of a shell. */
  readonly #fixed: Variables;

  /** Throws a `ConfigError` where COSMOS_VIDEO_ENV_FILE names what is no regular file, or a huge one. */
  constructor(
    private readonly variables: Variables,
    private readonly flags: Flags,
  ) {
    const names = new Set(this.#paths().flatMap((path) => Object.keys(readAtStart(path))));
    this.#fixed = Object.fromEntries(Object.entries(variables).filter(([name]) => !names.has(name)));
  }

  /** The settings that the program was started with. Throws a `ConfigError` with every fault. */
  first(): Parsed<Config> {
    return withFiles(parseConfig(this.variables, this.flags));
  }

  /**
   * The settings as they are now: those of the files that COSMOS_VIDEO_ENV_FILE names, of which a later one wins, those
   * of the start that came from none of these files, and the flags. A path with `-` before it may be missing, as in
   * systemd's EnvironmentFile=. Throws a `ConfigError` with every fault, and where there is no file to read.
   */
  again(): Parsed<Config> {
    const paths = this.#paths();
    if (paths.length === 0) {
      throw new ConfigError([
        'COSMOS_VIDEO_ENV_FILE names no file to read the settings from again: restart instead',
      ]);
    }
    const settings = paths.flatMap((path) =>
      Object.entries(readFile(path)).filter(([name]) => name.startsWith(VARIABLE_PREFIX)),
    );
    return withFiles(parseConfig({ ...this.#fixed, ...Object.fromEntries(settings) }, this.flags));
  }

  #paths(): string[] {
    return (this.variables[ENV_FILE_VARIABLE] ?? '').split(':').filter(Boolean);
  }
}

/** Settings are as good as the files that they name. */
function withFiles(parsed: Parsed<Config>): Parsed<Config> {
  const { redis } = parsed.config.source;
  if (redis.tls) tlsTrust(redis);
  return parsed;
}

function readFile(markedPath: string): Record<string, string> {
  const path = pathOf(markedPath);
  try {
    return readVariables(path);
  } catch (error) {
    const isMissing = codeOf(error) === 'ENOENT';
    if (markedPath !== path && isMissing) return {};
    throw unreadable(path, error);
  }
}

/**
 * At the start the service manager has read the file: that we may not read it counts only at a reload. What can never be
 * read is a fault at once.
 */
function readAtStart(markedPath: string): Record<string, string> {
  const path = pathOf(markedPath);
  try {
    return readVariables(path);
  } catch (error) {
    if (error instanceof UnfitFileError) throw unreadable(path, error);
    return {};
  }
}

function pathOf(markedPath: string): string {
  return markedPath.replace(/^-/, '');
}

function readVariables(path: string): Record<string, string> {
  return parseEnvFile(readRegularFile(path, MOST_FILE_BYTES));
}

function unreadable(path: string, error: unknown): ConfigError {
  return new ConfigError([`${path} (of COSMOS_VIDEO_ENV_FILE) cannot be read: ${messageOf(error)}`]);
}
