/**
 * One command at a time on a connection: each waits for the answer to the one before it, also when nobody wants that any
 * more, since the next bytes to come belong to it. Where one fails, the answers are out of step, and all later ones fail.
 */
export class CommandQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `command` as soon as all before it are answered; rejects as the first that failed. */
  run<T>(command: () => Promise<T>): Promise<T> {
    const answer = this.#last.then(command);
    this.#last = answer;
    // Whoever asks next is told; a command that was given up has nobody else to tell.
    answer.catch(() => {});
    return answer;
  }
}
