import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { until } from './until.ts';

/** Of those for a site alone (RFC 2365): nobody else is told to use it here. */
const GROUP = '239.255.77.1';
/** The group lives on loopback alone. */
const LOOPBACK = '127.0.0.1';
/** No whole packet of a video. */
const LAST_WORD = Buffer.from('that was all');
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** A member of a multicast group on loopback that keeps what it is sent in a file. */
export class GroupReceiver implements AsyncDisposable {
  readonly #file: WriteStream;
  #hasHeardLast = false;

  private constructor(
    private readonly socket: Socket,
    readonly path: string,
  ) {
    this.#file = createWriteStream(path);
    socket.on('message', (datagram) => {
      if (datagram.equals(LAST_WORD)) this.#hasHeardLast = true;
      else this.#file.write(datagram);
    });
  }

  static async join(path: string): Promise<GroupReceiver> {
    const socket = createSocket({ type: 'udp4', reuseAddr: true, recvBufferSize: RECEIVE_BUFFER_BYTES });
    socket.bind(0, GROUP);
    await once(socket, 'listening');
    socket.addMembership(GROUP, LOOPBACK);
    return new GroupReceiver(socket, path);
  }

  /** For `COSMOS_VIDEO_DESTINATION`. */
  get address(): string {
    return `udp://${GROUP}:${this.socket.address().port}?localaddr=${LOOPBACK}&ttl=0`;
  }

  /** Ends once all that came is in the file, also what a busy test has not read yet: a last word of our own comes behind it. */
  async stop(): Promise<void> {
    this.socket.setMulticastInterface(LOOPBACK);
    this.socket.send(LAST_WORD, this.socket.address().port, GROUP);
    await until(async () => this.#hasHeardLast, 'the last datagram');
    await this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#file.writableEnded) await this.#close();
  }

  async #close(): Promise<void> {
    this.socket.close();
    this.#file.end();
    await once(this.#file, 'finish');
  }
}
