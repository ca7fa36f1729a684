import type { Failure } from './failure.ts';

/** A setting that is missing, malformed, or refused by ffmpeg. Nothing but a change of settings can help. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /**
   * @param faults one sentence for each fault, naming the variable, its value and what is allowed
   * @param warnings for the operator; one of them may well be the cause: a misspelt name, say
   */
  constructor(
    readonly faults: readonly string[],
    readonly warnings: readonly string[] = [],
  ) {
    super(faults.join('\n'));
  }
}

/**
 * A connection cannot be made or is of no use any more, in the words of the system or of whoever answers. What belongs to
 * a stage knows better what they mean, and makes an error of its own of it.
 */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** What failed, structured; its text is the message. */
abstract class FailureError extends Error {
  constructor(
    readonly failure: Failure,
    options?: ErrorOptions,
  ) {
    super(failure.text, options);
  }
}

/** Redis cannot be reached, refuses us, or does not answer. Always worth trying again. */
export class SourceError extends FailureError {
  override readonly name = 'SourceError';
}

/**
 * ffmpeg ended, could not be started, or does not take frames any more. Always worth trying again. With the code
 * `ffmpeg-stalled` it is there but takes nothing, so that it has to be ended.
 */
export class EncoderError extends FailureError {
  override readonly name = 'EncoderError';
}

/** An output cannot be opened, or has broken. Always worth trying again. */
export class LinkError extends FailureError {
  override readonly name = 'LinkError';
}

/** What was thrown, in its own words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system's code of an error, such as `ENOENT`; undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
