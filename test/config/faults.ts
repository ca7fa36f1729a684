import { ConfigError } from '../../src/base/errors.ts';

/** The faults that the call throws as a ConfigError; none if it returns. Any other throw is passed on. */
export function faultsOf(call: () => unknown): readonly string[] {
  try {
    call();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}
