const LOOK_PERIOD_MS = 20;

/** Waits for a condition of the outside world that cannot be listened to, by looking at it, with a deadline. */
export async function until(isTrue: () => Promise<boolean>, what: string, withinMs = 25_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`no ${what} within ${withinMs} ms`);
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_PERIOD_MS);
    });
  }
}
