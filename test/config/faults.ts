import { ConfigError } from '../../src/base/errors.ts';

/** The faults that the call throws as a ConfigError; none if it returns. Any other throw is passed on. */
export function faultsOf(call: () => unknown): readonly string[] {
  return refusalOf(call)?.faults ?? [];
}

/** The ConfigError that the call throws; nothing if it returns. Any other throw is passed on. */
export function refusalOf(call: () => unknown): ConfigError | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}
