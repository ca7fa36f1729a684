import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { until } from '../support/until.ts';

interface Datagram {
  readonly bytes: Buffer;
  readonly fromPort: number;
}

/** A socket that keeps each datagram that comes to it. */
export class Datagrams implements AsyncDisposable {
  readonly all: Datagram[] = [];

  private constructor(
    private readonly socket: Socket,
    readonly port: number,
  ) {
    socket.on('message', (bytes, { port: fromPort }) =>
      this.all.push({ bytes: Buffer.from(bytes), fromPort }),
    );
  }

  /** On this address of loopback; in this group, where one is named. */
  static async listen(host: '127.0.0.1' | '::1', group?: string): Promise<Datagrams> {
    const socket = createSocket(host === '::1' ? 'udp6' : 'udp4');
    socket.bind(0, group === undefined ? host : undefined);
    await once(socket, 'listening');
    if (group !== undefined) socket.addMembership(group, host);
    return new Datagrams(socket, socket.address().port);
  }

  /** Waits until so many have come. */
  async received(count: number): Promise<readonly Datagram[]> {
    await until(async () => this.all.length >= count, `${count} datagrams`);
    return this.all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.close();
    await once(this.socket, 'close');
  }
}
