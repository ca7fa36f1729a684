import { once } from 'node:events';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { UdpWay, type Impairment } from './udp-way.ts';

/** What the network does from the start on. */
interface ProxyOptions {
  readonly toServer?: Partial<Impairment>;
  readonly toCaller?: Partial<Impairment>;
  /** The same packets are lost in each run with the same seed. */
  readonly seed?: number;
}

/** The kernel takes in no more than its own limit; at that, a test that is busy for a moment loses nothing. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** The network between a caller and a server on loopback: it loses, delays, narrows, or carries nothing at all. */
export class UdpProxy implements AsyncDisposable {
  /** False: a black hole, both ways; nobody is told. */
  isForwarding = true;
  /** Packets that the black hole has taken. */
  swallowed = 0;
  readonly toServer: UdpWay;
  readonly toCaller: UdpWay;
  readonly #pending = new Pending();
  readonly #callers = new Map<number, Socket>();

  private constructor(
    private readonly near: Socket,
    private readonly targetPort: number,
    { toServer, toCaller, seed = 1 }: ProxyOptions,
  ) {
    this.toServer = new UdpWay(seed, toServer);
    this.toCaller = new UdpWay(seed + 1, toCaller);
    near.on('message', (packet, from) => this.#onPacket(packet, from));
    near.on('error', () => {});
  }

  /** @param targetPort the server's, on 127.0.0.1 */
  static async start(targetPort: number, options: ProxyOptions = {}): Promise<UdpProxy> {
    const near = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
    near.bind(0, '127.0.0.1');
    await once(near, 'listening');
    return new UdpProxy(near, targetPort, options);
  }

  get port(): number {
    return this.near.address().port;
  }

  /** Where an SRT caller finds the server behind it. */
  get address(): string {
    return `srt://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pending.clear();
    this.near.removeAllListeners('message');
    for (const socket of [this.near, ...this.#callers.values()]) socket.close();
  }

  #onPacket(packet: Uint8Array, from: RemoteInfo): void {
    const far = this.#callers.get(from.port) ?? this.#open(from.port);
    this.#pass(this.toServer, packet, (bytes) => far.send(bytes, this.targetPort, '127.0.0.1'));
  }

  /** Each caller gets a port of its own, so that the server tells them apart. */
  #open(callerPort: number): Socket {
    const far = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
    far.on('message', (packet) =>
      this.#pass(this.toCaller, packet, (bytes) => this.near.send(bytes, callerPort, '127.0.0.1')),
    );
    far.on('error', () => {});
    this.#callers.set(callerPort, far);
    return far;
  }

  #pass(way: UdpWay, packet: Uint8Array, send: (packet: Uint8Array) => void): void {
    const nowMs = performance.now();
    const sendOn = () => {
      if (this.isForwarding) send(packet);
      else this.swallowed += 1;
    };
    const outMs = this.isForwarding ? way.outMs(packet.length, nowMs) : nowMs;
    if (outMs === undefined) return;
    if (outMs <= nowMs) sendOn();
    else this.#pending.add(outMs, sendOn);
  }
}

/** What is under way, each with the time at which it comes out. */
class Pending {
  readonly #items: { readonly outMs: number; readonly send: () => void }[] = [];
  #timer: Timer | undefined;

  add(outMs: number, send: () => void): void {
    // Each way is in order; of two ways, the later one's packets belong further to the front.
    const after = this.#items.findLastIndex((item) => item.outMs <= outMs);
    this.#items.splice(after + 1, 0, { outMs, send });
    if (after === -1) this.#arm();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#items.length = 0;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const [first] = this.#items;
    if (first)
      this.#timer = setTimeout(() => this.#onDue(), Math.max(0, Math.ceil(first.outMs - performance.now())));
  }

  #onDue(): void {
    const nowMs = performance.now();
    const count = this.#items.findIndex(({ outMs }) => outMs > nowMs);
    for (const { send } of this.#items.splice(0, count === -1 ? this.#items.length : count)) send();
    this.#arm();
  }
}
