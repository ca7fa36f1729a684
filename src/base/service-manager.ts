import { visibleLines } from './visible-text.ts';

/** Who started us as a service, and watches how we are. */
export interface ServiceManager {
  /** Settings are good and the service loop runs; after a reload once more. */
  ready(): void;
  /** Settings are being read again; `ready` ends it. */
  reloading(): void;
  /** The service ends in good order. */
  stopping(): void;
  /** For `systemctl status`. */
  status(text: string): void;
  /** Progress was made: without this for WatchdogSec the program is restarted. */
  alive(): void;
}

/**
 * The same manager. It gets each text as `redactText` returns it, and without control characters: everyone on the machine
 * may read a service's status, and does so on a terminal.
 */
export function redactingManager(
  manager: ServiceManager,
  redactText: (text: string) => string,
): ServiceManager {
  return { ...manager, status: (text) => manager.status(visibleLines(redactText(text))) };
}

/** For a program that no service manager started. */
export const noServiceManager: ServiceManager = {
  ready() {},
  reloading() {},
  stopping() {},
  status() {},
  alive() {},
};
