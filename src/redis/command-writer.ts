import { ConnectionError } from '../base/errors.ts';
import {
  addressAt,
  EAGAIN,
  EINTR,
  errno,
  errorInWords,
  libc,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  pinned,
} from '../os/libc.ts';
import type { PollLoop } from '../os/poll-loop.ts';

/** Nearly every command is shorter, and needs no memory of its own. */
const LONGEST_USUAL_COMMAND = 512;
/** A character takes up to three bytes in UTF-8. */
const MOST_BYTES_A_CHARACTER = 3;
const UTF8 = new TextEncoder();

/** Sends commands over one socket, one after the other, as arrays of strings in RESP2. */
export class CommandWriter {
  readonly #usual = pinned(MOST_BYTES_A_CHARACTER * LONGEST_USUAL_COMMAND);

  constructor(
    private readonly fd: number,
    private readonly loop: PollLoop,
  ) {}

  /** Sends all of it, or rejects with a `ConnectionError` at the deadline or if Redis is gone. */
  async send(words: readonly string[], deadlineNs: bigint): Promise<void> {
    const text = commandText(words);
    const isUsual = text.length <= LONGEST_USUAL_COMMAND;
    const memory = isUsual ? this.#usual : pinned(MOST_BYTES_A_CHARACTER * text.length);
    const sizeBytes = UTF8.encodeInto(text, memory.view).written;
    for (let sent = 0; sent < sizeBytes;) {
      const address = addressAt(memory.address, sent);
      const count = libc.send(this.fd, address, sizeBytes - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count >= 0) sent += count;
      else await this.#untilWritable(deadlineNs);
    }
  }

  async #untilWritable(deadlineNs: bigint): Promise<void> {
    const error = errno();
    if (error !== EAGAIN && error !== EINTR) throw new ConnectionError(errorInWords(error));
    if (!(await this.loop.writable(this.fd, deadlineNs))) throw new ConnectionError('it takes no command');
  }
}

function commandText(words: readonly string[]): string {
  let text = `*${words.length}\r\n`;
  for (const word of words) text += `$${Buffer.byteLength(word)}\r\n${word}\r\n`;
  return text;
}
