/** The user does not want to go on. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
}

const EXIT_BAD = 1;
const EXIT_INTERRUPTED = 130;

/**
 * Runs `work`, and ends the process with its exit status once all that it has started is gone. Ctrl-C and the like
 * abort the signal that it gets, so that it can clear up; a second one ends the process at once.
 */
export async function runInterruptibly(work: (signal: AbortSignal) => Promise<number>): Promise<never> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(EXIT_INTERRUPTED);
      stop.abort(new Interruption(`${name}: stopping all that was started`));
    });
  }
  try {
    process.exit(await work(stop.signal));
  } catch (error) {
    const isInterrupted = stop.signal.aborted;
    const words = isInterrupted ? stop.signal.reason : error;
    process.stderr.write(`${words instanceof Interruption ? words.message : Bun.inspect(words)}\n`);
    process.exit(isInterrupted ? EXIT_INTERRUPTED : EXIT_BAD);
  }
}
