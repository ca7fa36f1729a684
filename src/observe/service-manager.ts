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

/** Where nobody wants to know. */
export const noServiceManager: ServiceManager = {
  ready() {},
  reloading() {},
  stopping() {},
  status() {},
  alive() {},
};
