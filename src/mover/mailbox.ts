import { deserialize, serialize } from 'bun:jsc';
import { libc, O_CLOEXEC, O_NONBLOCK, pinned } from '../os/libc.ts';

/** No message is longer: names, addresses, numbers. */
const MOST_BYTES = 16_384;
const STATE = 0;
const LENGTH = 1;
const EMPTY = 0;
const FULL = 1;

/** What both ends of a mailbox share; it can be posted to a Worker. */
export interface MailboxParts {
  readonly state: SharedArrayBuffer;
  readonly content: SharedArrayBuffer;
  /** An eventfd that becomes readable when there is something to read. */
  readonly eventFd: number;
}

/**
 * The way into a thread whose own event loop does not turn and so hears no messages: one message at a time in shared
 * memory, as a structured clone, announced through an eventfd. The reader says by an ordinary message when it has taken it.
 */
export class MailboxWriter {
  readonly parts: MailboxParts;
  readonly #state: Int32Array;
  readonly #content: Uint8Array;
  readonly #one = pinned(8);
  readonly #waiting: Uint8Array[] = [];
  #isClosed = false;

  constructor() {
    const eventFd = libc.eventfd(0, O_NONBLOCK | O_CLOEXEC);
    if (eventFd < 0) throw new Error('no eventfd can be made');
    this.parts = { state: new SharedArrayBuffer(8), content: new SharedArrayBuffer(MOST_BYTES), eventFd };
    this.#state = new Int32Array(this.parts.state);
    this.#content = new Uint8Array(this.parts.content);
    this.#one.view[0] = 1;
  }

  /** Throws for a message that is too long, which none of the program's is. */
  send(message: object): void {
    const bytes = serialize(message, { binaryType: 'nodebuffer' });
    if (bytes.length > MOST_BYTES) throw new Error('a message is too long for the mailbox');
    this.#waiting.push(bytes);
    this.onTaken();
  }

  /** The reader has taken the last message: the next one may be put in. */
  onTaken(): void {
    if (this.#isClosed || Atomics.load(this.#state, STATE) !== EMPTY) return;
    const bytes = this.#waiting.shift();
    if (bytes === undefined) return;
    this.#content.set(bytes);
    Atomics.store(this.#state, LENGTH, bytes.length);
    Atomics.store(this.#state, STATE, FULL);
    libc.write(this.parts.eventFd, this.#one.address, 8);
  }

  /** What is sent from now on goes nowhere: the number of the descriptor may soon be that of another. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    libc.close(this.parts.eventFd);
  }
}

/** The other end, in the thread that does not turn. */
export class MailboxReader {
  readonly #state: Int32Array;
  readonly #content: Uint8Array;
  readonly #count = pinned(8);

  constructor(private readonly parts: MailboxParts) {
    this.#state = new Int32Array(parts.state);
    this.#content = new Uint8Array(parts.content);
  }

  /** The message that is there; undefined if there is none. Whoever takes one tells the writer. */
  take(): unknown {
    libc.read(this.parts.eventFd, this.#count.address, 8);
    if (Atomics.load(this.#state, STATE) !== FULL) return undefined;
    const bytes = this.#content.slice(0, Atomics.load(this.#state, LENGTH));
    Atomics.store(this.#state, STATE, EMPTY);
    return deserialize(bytes.buffer);
  }
}
