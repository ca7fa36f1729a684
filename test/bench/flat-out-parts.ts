import { FrameSlots } from '../../src/os/frame-slots.ts';
import { PipeSink } from '../../src/os/pipe-sink.ts';
import { makePipe } from '../../src/os/pipe.ts';
import { PollLoop } from '../../src/os/poll-loop.ts';
import type { SocketAddress } from '../../src/os/socket.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { FrameOwner, FrameSink } from '../../src/base/frame.ts';
import { RedisStreamConnection } from '../../src/redis/redis-stream-connection.ts';
import type { ConnectStream } from '../../src/redis/stream-connection.ts';

/** What frames are moved with. */
export interface FlatOutParts {
  readonly clock: Clock;
  readonly connect: ConnectStream;
  readonly owner: FrameOwner;
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

/** The program's own parts. */
export function flatOutParts({ address, sizeBytes, encoder }: Wishes): FlatOutParts {
  const { readFd, writeFd } = makePipe();
  Bun.spawn([encoder, '-i', 'pipe:0'], { stdio: [readFd, 'ignore', 'inherit'] });
  const loop = new PollLoop();
  const slots = new FrameSlots(sizeBytes);
  const sink = new PipeSink(writeFd, slots, loop, sizeBytes);
  const giveBack: FrameOwner['release'] = ({ pixels }) => slots.release(pixels);
  const way = { kind: 'addresses', addresses: [socketAddress(address)] } as const;
  const target = { shape: { stream: 'imagestream', key: 'pixels', sizeBytes }, slots, loop };
  return {
    clock: loop,
    connect: () => RedisStreamConnection.connect(redisAt(address), 'Redis', way, target),
    owner: { release: giveBack, drop: giveBack },
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
