import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { PATIENT_LATENCY, SrtReceiver } from '../support/receiver.ts';
import { PictureTimes } from '../support/picture-times.ts';

/** What becomes of the video does not matter here, but that it comes. */
const NOWHERE = '/dev/null';

/** Something that gets the video. */
export interface Receiver {
  readonly name: string;
  /** When each picture came, performance.now(), in order. */
  readonly pictureMs: readonly number[];
}

/** An SRT listener that can be killed and started again on the same port. */
export class SoakListener implements Receiver, AsyncDisposable {
  readonly #before: number[] = [];

  private constructor(
    readonly name: string,
    private receiver: SrtReceiver,
  ) {}

  static async start(name: string): Promise<SoakListener> {
    return new SoakListener(name, await SrtReceiver.start(NOWHERE, { parameters: PATIENT_LATENCY }));
  }

  get port(): number {
    return this.receiver.port;
  }

  get pictureMs(): readonly number[] {
    return [...this.#before, ...this.receiver.pictures.map(({ firstMs }) => firstMs)];
  }

  async kill(): Promise<void> {
    await this.receiver.kill();
    this.#before.push(...this.receiver.pictures.map(({ firstMs }) => firstMs));
  }

  async startAgain(): Promise<void> {
    const { port } = this.receiver;
    this.receiver = await SrtReceiver.start(NOWHERE, { port, parameters: PATIENT_LATENCY });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.receiver[Symbol.asyncDispose]();
  }
}

/** Takes datagrams, as a player of `udp://` does. */
export class DatagramReceiver implements Receiver, AsyncDisposable {
  readonly name = 'datagrams';
  readonly #pictures = new PictureTimes();

  private constructor(private readonly socket: Socket) {
    socket.on('message', (bytes) => this.#pictures.take(bytes, performance.now()));
  }

  static async start(): Promise<DatagramReceiver> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new DatagramReceiver(socket);
  }

  get address(): string {
    return `udp://127.0.0.1:${this.socket.address().port}`;
  }

  get pictureMs(): readonly number[] {
    return this.#pictures.times.map(({ firstMs }) => firstMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.close();
  }
}
