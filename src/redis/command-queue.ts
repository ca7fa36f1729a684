/**
 * One command at a time on a connection: each waits for the answer to the one before it, even if that was given up, since
 * the next bytes to come belong to it. Where one fails, the answers are out of step, and all later ones fail.
 */
export class CommandQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `command` as soon as all before it are answered; rejects as the first that failed. */
  run<T>(command: () => Promise<T>): Promise<T> {
    const answer = this.#last.then(command);
    this.#last = answer;
    // The next command rejects with it; of a command that was given up nobody else hears.
    answer.catch(() => {});
    return answer;
  }
}
