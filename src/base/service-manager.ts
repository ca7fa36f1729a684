import { visibleLines } from './visible-text.ts';

/** Who has started us as a service and wants to know how we are. */
export interface ServiceManager {
  /** Settings are good and the service loop runs; after a reload once more. */
  ready(): void;
  reloading(): void;
  stopping(): void;
  /** For `systemctl status`. */
  status(text: string): void;
  /** Progress was made: without this for WatchdogSec the program is restarted. */
  alive(): void;
}

/**
 * The same one, told no text but as `redactText` gives it back, and without control characters: everyone on the machine may
 * read a service's status, and does so on a terminal.
 */
export function redactingManager(
  manager: ServiceManager,
  redactText: (text: string) => string,
): ServiceManager {
  return { ...manager, status: (text) => manager.status(visibleLines(redactText(text))) };
}

/** Where nobody wants to know. */
export const noServiceManager: ServiceManager = {
  ready() {},
  reloading() {},
  stopping() {},
  status() {},
  alive() {},
};
