import type { FrameOwner, FrameSink } from '../../src/base/frame.ts';
import { FrameSlots } from '../../src/os/frame-slots.ts';
import { PipeSink } from '../../src/os/pipe-sink.ts';
import { makePipe } from '../../src/os/pipe.ts';
import { PollLoop } from '../../src/os/poll-loop.ts';
import type { SocketAddress } from '../../src/os/socket.ts';
import { RedisStreamConnection } from '../../src/redis/redis-stream-connection.ts';
import type { ConnectStream } from '../../src/redis/stream-connection.ts';

/** What frames are moved with. */
interface FlatOutParts {
  readonly clock: PollLoop;
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

/** The program's own parts, with the encoder's stand-in started behind them. */
export function flatOutParts({ address, sizeBytes, encoder }: Wishes): FlatOutParts {
  const { readFd, writeFd } = makePipe();
  Bun.spawn([encoder, '-i', 'pipe:0'], { stdio: [readFd, 'ignore', 'inherit'] });
  const loop = new PollLoop();
  const slots = new FrameSlots(sizeBytes);
  const target = { shape: { stream: 'imagestream', key: 'pixels', sizeBytes }, slots, loop };
  const release: FrameOwner['release'] = ({ pixels }) => slots.release(pixels);
  return {
    clock: loop,
    connect: () => {
      const way = { kind: 'addresses', addresses: [socketAddress(address)] } as const;
      return RedisStreamConnection.connect(redisAt(address), 'Redis', way, target);
    },
    owner: { release, drop: release },
    sink: new PipeSink(writeFd, slots, loop, sizeBytes),
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
