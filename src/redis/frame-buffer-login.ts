import { dirname, join } from 'node:path';
import type { RedisConfig } from '../config/config.ts';
import { readRegularFile } from '../os/regular-file.ts';

/** The user that the package's frame buffer has for this program (systemd/frame-buffer). */
const USER = 'builder';
/** Where that frame buffer puts the user's password at each of its starts: beside its socket. */
const PASSWORD_FILE = 'builder-password';
/** A password is a line; anything longer is another file. */
const MOST_PASSWORD_BYTES = 1024;

/** A user of Redis and its password. */
export type RedisLogin = Required<Pick<RedisConfig, 'username' | 'password'>>;

/**
 * The user whose password lies beside the socket at this moment; undefined where the settings name no socket, or a user
 * or password of their own, and where there is no such file: another Redis has none. To be asked for each connection,
 * since a frame buffer that was started again has another password.
 */
export function frameBufferLogin({ socket, username, password }: RedisConfig): RedisLogin | undefined {
  if (socket === undefined || username !== undefined || password !== undefined) return undefined;
  try {
    const found = readRegularFile(join(dirname(socket), PASSWORD_FILE), MOST_PASSWORD_BYTES).trim();
    return found === '' ? undefined : { username: USER, password: found };
  } catch {
    return undefined;
  }
}
