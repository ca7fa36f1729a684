/** A setting that is missing, malformed, or refused by ffmpeg. Nothing but a change of settings can help. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /**
   * @param faults one sentence for each fault, naming the variable, its value and what is allowed
   * @param warnings what else is to be said, which may well be the cause: a misspelt name, say
   */
  constructor(
    readonly faults: readonly string[],
    readonly warnings: readonly string[] = [],
  ) {
    super(faults.join('\n'));
  }
}

/** Redis cannot be reached, refuses us, or does not answer. Always worth trying again. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}

/** ffmpeg ended, could not be started, or does not take frames any more. Always worth trying again. */
export class EncoderError extends Error {
  override readonly name = 'EncoderError';

  /** @param isStall ffmpeg is there but takes nothing, so that it has to be ended */
  constructor(
    message: string,
    readonly isStall: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
