import { inMs, inSeconds, NS_PER_MS, sleepMs, type Clock } from '../base/clock.ts';
import { LinkError } from '../base/errors.ts';
import type { LinkFigures } from '../base/output-state.ts';
import { PACKET_BYTES } from '../mpegts/packet.ts';
import { SRT_ERROR, SRT_STATE, type Libsrt, type SrtSocket } from '../os/libsrt-calls.ts';
import type { SrtStats } from '../os/libsrt-stats.ts';
import type { Carrier } from './carrier.ts';
import { AckWatch } from './srt-ack-watch.ts';

/** Seven packets, what SRT takes at once by default. */
const USUAL_MESSAGE_BYTES = 7 * PACKET_BYTES;
/**
 * A link that has acknowledged nothing for this long is dead. The largest gap of a healthy one was 48 ms; below a second a
 * Wi-Fi that changes its access point would count as dead.
 */
const STANDSTILL_LIMIT_MS = 1000;
/** A round trip that takes longer than this lengthens that limit by the excess. */
const COVERED_ROUND_TRIP_MS = 100;
/** A link that broke with its acknowledgements standing still for less than this was closed by the other side. */
const CLOSED_LIMIT_MS = 500;
/** From one look at the send buffer to the next while it is emptied at the end. */
const DRAIN_PERIOD_MS = 5;
/** What has arrived is played only when its latency is over, and is thrown away where the connection ends before that. */
const DRAIN_LATENCIES = 2;

/** What a connection over SRT is made of. */
export interface SrtCarrierParts {
  readonly libsrt: Libsrt;
  readonly clock: Clock;
  /** Connected, does not block; closed by the carrier. */
  readonly socket: SrtSocket;
}

/** One connection over SRT, as a caller or with a viewer who has called. */
export class SrtCarrier implements Carrier {
  readonly #libsrt: Libsrt;
  readonly #clock: Clock;
  readonly #socket: SrtSocket;
  readonly #messageBytes: number;
  readonly #openedNs: bigint;
  readonly #closed = new AbortController();
  readonly #acks: AckWatch;
  /** All that was handed over before has arrived, as far as that is known. */
  #arrivedNs: bigint;
  #sentNs: bigint;
  #handedBytes = 0;
  #stillMs = 0;
  #latencyMs = 0;

  constructor({ libsrt, clock, socket }: SrtCarrierParts) {
    this.#libsrt = libsrt;
    this.#clock = clock;
    this.#socket = socket;
    this.#messageBytes = messageBytes(libsrt.payloadBytes(socket));
    this.#openedNs = clock.nowNs();
    this.#arrivedNs = this.#openedNs;
    this.#sentNs = this.#openedNs;
    this.#acks = new AckWatch(this.#openedNs);
  }

  get unconfirmedMs(): number {
    return inMs(this.#clock.nowNs() - this.#arrivedNs);
  }

  send(packets: Uint8Array): number {
    let takenBytes = 0;
    while (takenBytes < packets.length) {
      const message = packets.subarray(takenBytes, takenBytes + this.#messageBytes);
      if (this.#libsrt.send(this.#socket, message) < 0) {
        this.#throwUnlessFull();
        break;
      }
      takenBytes += message.length;
    }
    this.#handedBytes += takenBytes;
    this.#sentNs = this.#clock.nowNs();
    return takenBytes;
  }

  look(): LinkFigures {
    const nowNs = this.#clock.nowNs();
    const stats = this.#libsrt.stats(this.#socket);
    if (stats === undefined || this.#libsrt.state(this.#socket) !== SRT_STATE.connected) throw this.#broken();
    this.#note(stats, nowNs);
    const excessMs = Math.max(0, stats.rttMs - COVERED_ROUND_TRIP_MS);
    if (this.#stillMs >= STANDSTILL_LIMIT_MS + excessMs) throw lost(this.#stillMs);
    return {
      rttMs: stats.rttMs,
      sentPackets: stats.sentPackets,
      lostPackets: stats.lostPackets,
      resentPackets: stats.resentPackets,
      droppedPackets: stats.droppedPackets,
      bufferMs: stats.bufferMs,
      bufferBytes: stats.bufferBytes,
      latencyMs: stats.latencyMs,
      handedBytes: this.#handedBytes,
      connectedMs: inMs(nowNs - this.#openedNs),
    };
  }

  async finish(limitMs: number): Promise<void> {
    const begunNs = this.#clock.nowNs();
    const remainingMs = () => limitMs - inMs(this.#clock.nowNs() - begunNs);
    while (this.#isWaiting() && remainingMs() > 0) await this.#sleep(DRAIN_PERIOD_MS);
    if (this.#handedBytes > 0 && this.#isConnected()) {
      const playedMs = DRAIN_LATENCIES * this.#latencyMs - (limitMs - remainingMs());
      await this.#sleep(Math.min(playedMs, remainingMs()));
    }
    this.close();
  }

  close(): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    this.#libsrt.close(this.#socket);
  }

  #note(stats: SrtStats, nowNs: bigint): void {
    this.#stillMs = this.#acks.look(stats.acks, stats.bufferPackets > 0, nowNs);
    this.#latencyMs = stats.latencyMs;
    if (this.#stillMs > 0) return;
    // The time in the buffer is that from its first packet to its last.
    const waitingNs = BigInt(stats.bufferMs) * NS_PER_MS;
    this.#arrivedNs = stats.bufferPackets === 0 ? nowNs : this.#sentNs - waitingNs;
  }

  /** Whether something waits in the send buffer that may still get away. */
  #isWaiting(): boolean {
    const stats = this.#isConnected() ? this.#libsrt.stats(this.#socket) : undefined;
    if (stats === undefined) return false;
    this.#latencyMs = stats.latencyMs;
    return stats.bufferPackets > 0;
  }

  #isConnected(): boolean {
    return !this.#closed.signal.aborted && this.#libsrt.state(this.#socket) === SRT_STATE.connected;
  }

  #sleep(durationMs: number): Promise<void> {
    return sleepMs(this.#clock, Math.max(0, durationMs), this.#closed.signal);
  }

  #throwUnlessFull(): void {
    const error = this.#libsrt.lastError();
    if (error.code === SRT_ERROR.sendBufferFull) return;
    if (this.#libsrt.state(this.#socket) !== SRT_STATE.connected) throw this.#broken();
    throw new LinkError({ code: 'link-other', text: `libsrt does not take the video: ${error.text}` });
  }

  #broken(): LinkError {
    if (this.#stillMs > CLOSED_LIMIT_MS) return lost(this.#stillMs);
    return new LinkError({ code: 'link-closed', text: 'the receiver closed the connection' });
  }
}

/** Whole packets; at least one, and as usual where the address sets no size. */
function messageBytes(payloadBytes: number): number {
  if (payloadBytes <= 0) return USUAL_MESSAGE_BYTES;
  return Math.max(1, Math.floor(payloadBytes / PACKET_BYTES)) * PACKET_BYTES;
}

function lost(stillMs: number): LinkError {
  const text = `no acknowledgement for ${inSeconds(stillMs)} s: is the network there, and the receiver running?`;
  return new LinkError({ code: 'link-lost', text });
}
