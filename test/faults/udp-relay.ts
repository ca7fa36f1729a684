import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** The network between the program and an SRT listener: it forwards, or drops each packet on both ways. */
export class UdpRelay implements AsyncDisposable {
  isForwarding = true;
  readonly #ways = new Map<number, Socket>();

  private constructor(
    private readonly near: Socket,
    private readonly targetPort: number,
  ) {
    near.on('message', (packet, from) => this.#onPacket(packet, from));
  }

  static async start(targetPort: number): Promise<UdpRelay> {
    const near = createSocket('udp4');
    near.bind(0, '127.0.0.1');
    await once(near, 'listening');
    return new UdpRelay(near, targetPort);
  }

  get address(): string {
    return `srt://127.0.0.1:${this.near.address().port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of [this.near, ...this.#ways.values()]) socket.close();
  }

  #onPacket(packet: Buffer, from: RemoteInfo): void {
    if (!this.isForwarding) return;
    const way = this.#ways.get(from.port) ?? this.#openWay(from.port);
    way.send(packet, this.targetPort, '127.0.0.1');
  }

  /** Each caller gets a port of its own, so that the listener tells them apart. */
  #openWay(port: number): Socket {
    const way = createSocket('udp4');
    way.on('message', (packet) => {
      if (this.isForwarding) this.near.send(packet, port, '127.0.0.1');
    });
    way.on('error', () => {});
    this.#ways.set(port, way);
    return way;
  }
}
