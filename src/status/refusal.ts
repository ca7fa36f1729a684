import { ConfigError, EncoderError } from '../base/errors.ts';
import type { Logger } from './logger.ts';

/**
 * Tells the operator why the program does not go on: faults of the settings with the warnings that may explain them, or an
 * ffmpeg that could not say what it thinks of them. Any other error is a bug of ours, and thrown again.
 * @returns whose fault it is
 */
export function logRefusal(error: unknown, log: Logger): 'settings' | 'ffmpeg' {
  if (error instanceof ConfigError) {
    for (const warning of error.warnings) log.warn(warning);
    for (const fault of error.faults) log.error(fault);
    return 'settings';
  }
  if (!(error instanceof EncoderError)) throw error;
  log.error(error.message);
  return 'ffmpeg';
}
