import { SRT_ERROR, type Libsrt, type SrtError, type SrtSocket } from '../../src/os/libsrt-calls.ts';
import type { SrtOptionName } from '../../src/os/libsrt-options.ts';
import type { SrtStats } from '../../src/os/libsrt-stats.ts';

export const QUIET_STATS: SrtStats = {
  sentPackets: 0,
  lostPackets: 0,
  resentPackets: 0,
  droppedPackets: 0,
  acks: 0,
  rttMs: 10,
  bufferPackets: 0,
  bufferBytes: 0,
  bufferMs: 0,
  latencyMs: 120,
};

const CONNECTING = 4;
const CONNECTED = 5;
const BROKEN = 6;
const GONE = 9;

/** What a test knows of one socket, and sets. */
export class FakeSocket {
  state = 2;
  rejectReason = 0;
  payloadBytes = 1316;
  stats: SrtStats = QUIET_STATS;
  /** Messages that it still takes. */
  room = Infinity;
  readonly sent: Uint8Array[] = [];
  readonly options: [SrtOptionName, number | string][] = [];
  /** The last byte of the IPv4 or IPv6 address that it connects or is bound to. */
  address: number | undefined;
  readonly callers: FakeSocket[] = [];
  isClosed = false;

  accepted(): void {
    this.state = CONNECTED;
  }

  refused(reason: number): void {
    [this.state, this.rejectReason] = [BROKEN, reason];
  }
}

/** A libsrt without a network, that does as a test says. */
export class FakeLibsrt implements Libsrt {
  readonly path = '/lib/libsrt.so.1.5';
  readonly version = '1.5.1';
  readonly sockets: FakeSocket[] = [];
  readonly refusedOptions = new Set<string>();
  bindError: SrtError | undefined;
  #error: SrtError = { code: 0, systemError: 0, text: '' };

  /** What connects to an address that ends in this byte; nothing: it goes on trying. */
  constructor(private readonly onConnect: (socket: FakeSocket) => void = () => undefined) {}

  get open(): FakeSocket[] {
    return this.sockets.filter(({ isClosed }) => !isClosed);
  }

  /** A socket that is connected, by its number. */
  connected(): [SrtSocket, FakeSocket] {
    const number = this.createSocket();
    const socket = this.#socket(number);
    socket.accepted();
    return [number, socket];
  }

  createSocket(): SrtSocket {
    this.sockets.push(new FakeSocket());
    return this.sockets.length - 1;
  }

  setOption(number: SrtSocket, name: SrtOptionName, value: number | string): boolean {
    this.#socket(number).options.push([name, value]);
    return !this.refusedOptions.has(name);
  }

  payloadBytes(number: SrtSocket): number {
    return this.#socket(number).payloadBytes;
  }

  bind(number: SrtSocket, address: Uint8Array): boolean {
    this.#socket(number).address = hostByte(address);
    if (this.bindError !== undefined) this.#error = this.bindError;
    return this.bindError === undefined;
  }

  listen(): boolean {
    return true;
  }

  accept(number: SrtSocket): SrtSocket | undefined {
    const caller = this.#socket(number).callers.shift();
    if (caller === undefined) {
      this.#error = { code: SRT_ERROR.nothingThere, systemError: 0, text: 'nobody' };
      return undefined;
    }
    return this.sockets.push(caller) - 1;
  }

  connect(number: SrtSocket, address: Uint8Array): boolean {
    const socket = this.#socket(number);
    socket.address = hostByte(address);
    socket.state = CONNECTING;
    this.onConnect(socket);
    return true;
  }

  send(number: SrtSocket, message: Uint8Array): number {
    const socket = this.#socket(number);
    if (socket.state !== CONNECTED) {
      this.#error = { code: 2001, systemError: 0, text: 'Connection was broken' };
      return -1;
    }
    if (socket.room === 0) {
      this.#error = { code: SRT_ERROR.sendBufferFull, systemError: 0, text: 'full' };
      return -1;
    }
    socket.room -= 1;
    socket.sent.push(message.slice());
    return message.length;
  }

  state(number: SrtSocket): number {
    const socket = this.#socket(number);
    return socket.isClosed ? GONE : socket.state;
  }

  rejectReason(number: SrtSocket): number {
    return this.#socket(number).rejectReason;
  }

  stats(number: SrtSocket): SrtStats | undefined {
    const socket = this.#socket(number);
    return socket.state === CONNECTED ? socket.stats : undefined;
  }

  lastError(): SrtError {
    return this.#error;
  }

  close(number: SrtSocket): void {
    this.#socket(number).isClosed = true;
  }

  #socket(number: SrtSocket): FakeSocket {
    const socket = this.sockets[number];
    if (socket === undefined) throw new Error(`there is no socket ${number}`);
    return socket;
  }
}

function hostByte(address: Uint8Array): number {
  return address[address.length === 16 ? 7 : 23] ?? -1;
}
