/** What was asked for last of each folder. */
const last = new WeakMap<object, Promise<void>>();

/**
 * Does something with a folder once all that was asked for before has ended, well or not: a recorder whose disk hangs may outlast
 * its session, and then meets that of the next one. @returns what `work` returns
 */
export function inTurn(folder: object, work: () => Promise<void>): Promise<void> {
  const before = last.get(folder) ?? Promise.resolve();
  const done = before.then(work, work);
  last.set(folder, done);
  return done;
}
