import { DirectConnection } from '../../src/redis/direct-connection.ts';
import { FrameSlots } from '../../src/os/frame-slots.ts';
import { PipeSink } from '../../src/os/pipe-sink.ts';
import { makePipe } from '../../src/os/pipe.ts';
import { PollLoop } from '../../src/os/poll-loop.ts';
import type { SocketAddress } from '../../src/os/socket.ts';
import { systemClock, type Clock } from '../../src/base/clock.ts';
import type { FrameSink } from '../../src/pacing/tick-loop.ts';
import { ioredisConnector } from '../../src/redis/ioredis-connection.ts';
import type { ConnectStream } from '../../src/redis/stream-connection.ts';
import { StdinSink } from '../../src/mover/stdin-sink.ts';

/** What frames are moved with. */
export interface FlatOutParts {
  readonly clock: Clock;
  readonly connect: ConnectStream;
  readonly sink: FrameSink;
  /** Runs `work` on the loop that belongs to these parts. */
  run(work: () => Promise<void>): Promise<void>;
}

interface Wishes {
  /** A port of loopback, or the path of a unix socket. */
  readonly address: string;
  readonly sizeBytes: number;
  readonly encoder: string;
}

const LOOPBACK = [127, 0, 0, 1];

/** The program's own parts for a reader by its name. */
export function flatOutParts(reader: string, wishes: Wishes): FlatOutParts {
  return reader === 'direct' ? directParts(wishes) : ioredisParts(wishes);
}

function ioredisParts({ address, sizeBytes, encoder }: Wishes): FlatOutParts {
  const { stdin } = Bun.spawn([encoder, '-i', 'pipe:0'], { stdio: ['pipe', 'ignore', 'inherit'] });
  return {
    clock: systemClock,
    connect: ioredisConnector(redisAt(address), shapeOf(sizeBytes)),
    sink: new StdinSink(stdin, systemClock),
    run: (work) => work(),
  };
}

function directParts({ address, sizeBytes, encoder }: Wishes): FlatOutParts {
  const { readFd, writeFd } = makePipe();
  Bun.spawn([encoder, '-i', 'pipe:0'], { stdio: [readFd, 'ignore', 'inherit'] });
  const loop = new PollLoop();
  const slots = new FrameSlots(sizeBytes);
  const sink = new PipeSink(writeFd, slots, loop, sizeBytes);
  const target = { shape: shapeOf(sizeBytes), slots, loop, isInPipe: sink.holds.bind(sink) };
  return {
    clock: loop,
    connect: () => DirectConnection.connect(redisAt(address), 'Redis', [socketAddress(address)], target),
    sink,
    async run(work) {
      const done = work().finally(() => loop.stop());
      loop.run();
      await done;
    },
  };
}

function redisAt(address: string) {
  const tcp = { host: '127.0.0.1', port: Number(address), db: 0, tls: false };
  return isPath(address) ? { ...tcp, port: 0, socket: address } : tcp;
}

function socketAddress(address: string): SocketAddress {
  if (isPath(address)) return { kind: 'unix', path: address };
  return { kind: 'ipv4', bytes: LOOPBACK, port: Number(address) };
}

function isPath(address: string): boolean {
  return address.startsWith('/');
}

function shapeOf(sizeBytes: number) {
  return { stream: 'imagestream', key: 'pixels', sizeBytes };
}
