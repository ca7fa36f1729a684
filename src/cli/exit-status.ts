/** What the program ends with; 78 is EX_CONFIG of sysexits.h, after which systemd does not start the service again. */
export const EXIT = { good: 0, bad: 1, settings: 78 } as const;
/** One of them. */
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** What each means, in the order in which they are listed. */
export const EXIT_STATUSES: readonly (readonly [ExitStatus, string])[] = [
  [EXIT.good, 'stopped as asked; for check: all is good'],
  [EXIT.bad, 'something failed; for check: something is not good'],
  [EXIT.settings, 'a setting is wrong or missing: nothing but a change of settings helps'],
];
