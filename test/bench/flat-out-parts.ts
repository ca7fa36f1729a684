import type { FrameOwner, FrameSink, FrameSlot } from '../../src/base/frame.ts';
import { PICTURE_FORMAT } from '../../src/base/gray-format.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { FrameMemory } from '../../src/mover/frame-memory.ts';
import { PictureSink } from '../../src/mover/picture-sink.ts';
import type { MoverSettings } from '../../src/mover/protocol.ts';
import { PipeSink } from '../../src/os/pipe-sink.ts';
import { makePipe } from '../../src/os/pipe.ts';
import { PollLoop } from '../../src/os/poll-loop.ts';
import type { SocketAddress } from '../../src/os/socket.ts';
import { RedisStreamConnection } from '../../src/redis/redis-stream-connection.ts';
import type { ConnectStream } from '../../src/redis/stream-connection.ts';
import { programEnvironment, type RedisSettings } from './program.ts';

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
  /** Width and height in pixels, `1920x1080`, say. */
  readonly size: string;
  readonly encoder: string;
}

const LOOPBACK = [127, 0, 0, 1];
/** Of gray16be. */
const PIXEL_BYTES = 2;

/** The program's own parts, with the encoder's stand-in started behind them. */
export function flatOutParts({ address, size, encoder }: Wishes): FlatOutParts {
  const { readFd, writeFd } = makePipe();
  const input = ['-pixel_format', PICTURE_FORMAT, '-video_size', size, '-i', 'pipe:0'];
  Bun.spawn([encoder, ...input], { stdio: [readFd, 'ignore', 'inherit'] });
  const loop = new PollLoop();
  const settings = moverSettings(address, size);
  const memory = new FrameMemory(settings, loop, () => {});
  const { slots } = memory;
  const { stream, key, redis } = settings.source;
  const shape = { stream, key, sizeBytes: settings.format.sizeBytes };
  const target = { shape, slots, intake: (slot: FrameSlot) => memory.intake(slot), loop };
  const release: FrameOwner['release'] = ({ pixels }) => slots.release(pixels);
  return {
    clock: loop,
    connect: () => {
      const way = { kind: 'addresses', addresses: [socketAddress(address)] } as const;
      return RedisStreamConnection.connect(redis, 'Redis', way, target);
    },
    owner: { release, drop: release },
    sink: new PictureSink(memory, new PipeSink(writeFd, loop, memory.sizeBytes), loop),
    async run(work) {
      const done = work().finally(() => loop.stop());
      loop.run();
      await done;
    },
  };
}

/** All as it is without being set. */
function moverSettings(address: string, size: string): MoverSettings {
  const wishes = { RESOLUTION: size, DESTINATION: 'nothing.ts' };
  const { source, format, pacing, levels } = parseConfig(
    programEnvironment(redisAt(address), wishes),
    {},
  ).config;
  const sizeBytes = format.widthPx * format.heightPx * PIXEL_BYTES;
  return { source, pacing, levels, format: { ...format, sizeBytes } };
}

function redisAt(address: string): RedisSettings {
  return isPath(address) ? { SOCKET: address } : { HOST: '127.0.0.1', PORT: address };
}

function socketAddress(address: string): SocketAddress {
  if (isPath(address)) return { kind: 'unix', path: address };
  return { kind: 'ipv4', bytes: LOOPBACK, port: Number(address) };
}

function isPath(address: string): boolean {
  return address.startsWith('/');
}
