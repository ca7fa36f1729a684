import { inMs, sleepMs, type Clock } from '../base/clock.ts';
import { LinkError } from '../base/errors.ts';
import type { Failure } from '../base/failure.ts';
import type { SrtSettings } from '../config/config.ts';
import { SRT_STATE, type Libsrt, type SrtSocket } from '../os/libsrt-calls.ts';
import { hasRoute } from '../os/route.ts';
import { socketAddress } from '../os/socket-address.ts';
import { srtSocketFor } from './srt-options.ts';
import { closedAtOnce, noAnswer, rejection } from './srt-reject.ts';

/** From one look at the sockets to the next: a handshake takes two round trips. */
const LOOK_PERIOD_MS = 5;
/** libsrt's own, which it sends handshakes for (SRTO_CONNTIMEO). */
const USUAL_CONNECT_MS = 3000;
/**
 * An address has this for itself before the next one is tried beside it: two handshakes of a healthy server are then never
 * under way at once (it would take the second for another publisher), and one dead address does not hold up the others.
 */
const HEAD_START_MS = 500;
/** The last address has this at the least. */
const SHORTEST_TRY_MS = 1500;
/**
 * A socket that counts as broken without a reason may be about to be connected: libsrt (1.5) ends the one state before it
 * begins the other, and a busy machine may let its thread wait in between. After this it is broken.
 */
const DOUBT_MS = 100;

const NO_ROUTE = 'the network of the destination cannot be reached: is the cable in, and the network up?';

/** A connection that has come about. */
export interface SrtConnection {
  readonly socket: SrtSocket;
  /** To be tried first the next time. */
  readonly address: string;
}

interface ConnectParts {
  readonly libsrt: Libsrt;
  readonly settings: SrtSettings;
  readonly clock: Clock;
}

/**
 * Connects to the first of these addresses that answers; all of them are tried, the first one first. Rejects with a
 * `LinkError` that says what was answered, or with the reason of `signal`.
 */
export async function connectSrt(
  parts: ConnectParts,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<SrtConnection> {
  const { clock } = parts;
  const round = new Round(parts, addresses);
  const limitMs = roundLimitMs(parts.settings, addresses.length);
  try {
    while (inMs(clock.nowNs() - round.begunNs) < limitMs && !round.isOver) {
      const connection = round.look();
      if (connection !== undefined) return connection;
      await sleepMs(clock, LOOK_PERIOD_MS, signal);
      signal.throwIfAborted();
    }
    throw new LinkError(round.failure);
  } finally {
    round.closeRest();
  }
}

function roundLimitMs({ options, openLimitMs = 0 }: SrtSettings, addresses: number): number {
  const given = options.find(({ name }) => name === 'conntimeo')?.value;
  const connectMs = typeof given === 'number' ? given : USUAL_CONNECT_MS;
  const forAllMs = Math.max(connectMs, HEAD_START_MS * (addresses - 1) + SHORTEST_TRY_MS);
  return openLimitMs > 0 ? Math.min(openLimitMs, forAllMs) : forAllMs;
}

/** A handshake that is under way. */
interface Handshake {
  readonly socket: SrtSocket;
  /** Since when its socket has counted as broken without a reason. */
  doubtfulNs?: bigint;
}

/** One go at all addresses. */
class Round {
  readonly begunNs: bigint;
  readonly #waiting: string[];
  readonly #open = new Map<string, Handshake>();
  readonly #tried: string[] = [];
  readonly #failures: Failure[] = [];
  #startedNs: bigint;

  constructor(
    private readonly parts: ConnectParts,
    addresses: readonly string[],
  ) {
    this.#waiting = [...addresses];
    this.begunNs = parts.clock.nowNs();
    this.#startedNs = this.begunNs;
  }

  get isOver(): boolean {
    return this.#waiting.length === 0 && this.#open.size === 0;
  }

  /** What was answered says more than that nothing was. */
  get failure(): Failure {
    return this.#failures.find(({ code }) => code !== noAnswer.code) ?? this.#silence();
  }

  /** Starts who is due, and looks what has become of the others. */
  look(): SrtConnection | undefined {
    const isDue = inMs(this.parts.clock.nowNs() - this.#startedNs) >= HEAD_START_MS;
    if (this.#open.size === 0 || isDue) this.#startNext();
    for (const [address, handshake] of this.#open) {
      const { socket } = handshake;
      const state = this.parts.libsrt.state(socket);
      if (state === SRT_STATE.connecting || this.#isDoubtful(handshake, state)) continue;
      this.#open.delete(address);
      if (state === SRT_STATE.connected) return { address, socket };
      this.#failures.push(this.#failureOf(socket));
      this.parts.libsrt.close(socket);
    }
    return undefined;
  }

  closeRest(): void {
    for (const { socket } of this.#open.values()) this.parts.libsrt.close(socket);
    this.#open.clear();
  }

  #isDoubtful(handshake: Handshake, state: number): boolean {
    if (state === SRT_STATE.connected || this.parts.libsrt.rejectReason(handshake.socket) !== 0) return false;
    const nowNs = this.parts.clock.nowNs();
    handshake.doubtfulNs ??= nowNs;
    return inMs(nowNs - handshake.doubtfulNs) < DOUBT_MS;
  }

  #startNext(): void {
    const address = this.#waiting.shift();
    if (address === undefined) return;
    this.#tried.push(address);
    this.#startedNs = this.parts.clock.nowNs();
    try {
      this.#open.set(address, { socket: this.#connecting(address) });
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      this.#failures.push(error.failure);
    }
  }

  #connecting(address: string): SrtSocket {
    const { libsrt, settings } = this.parts;
    const bytes = socketAddress(address, settings.port);
    if (bytes === undefined) throw unreachable(`${address} has no network interface of that name here`);
    const socket = srtSocketFor(libsrt, settings);
    if (libsrt.connect(socket, bytes)) return socket;
    const { text } = libsrt.lastError();
    libsrt.close(socket);
    if (!hasRoute(bytes)) throw unreachable(NO_ROUTE);
    throw new LinkError({ code: 'link-other', text: `libsrt cannot connect: ${text}` });
  }

  /** A server that closes at once may have done so before we saw that it had accepted: libsrt then has no reason to give. */
  #failureOf(socket: SrtSocket): Failure {
    const reason = this.parts.libsrt.rejectReason(socket);
    return reason === 0 ? closedAtOnce({ code: 'link-closed', text: '' }) : rejection(reason);
  }

  #silence(): Failure {
    const isRouted = this.#tried.some((address) => {
      const bytes = socketAddress(address, this.parts.settings.port);
      return bytes !== undefined && hasRoute(bytes);
    });
    return isRouted ? noAnswer : unreachable(NO_ROUTE).failure;
  }
}

function unreachable(text: string): LinkError {
  return new LinkError({ code: 'link-unreachable', text });
}
