import { afterAll, describe, expect, test } from 'bun:test';
import { closeSync, writeSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { parse } from 'valibot';
import { destinationSchema } from '../../src/config/destination.ts';
import { encoderArguments, type VideoSettings } from '../../src/encoder/arguments.ts';
import { startEncoder } from '../../src/encoder/encoder.ts';
import { makePipe } from '../../src/os/pipe.ts';
import { sizeOf } from '../support/file-size.ts';
import { Folder } from '../support/folder.ts';
import { freeTcpPort, freeUdpPort, isUdpPortBound } from '../support/ports.ts';
import { childrenOf, commandOf } from '../support/processes.ts';
import { until } from '../support/until.ts';

const FORMAT = { pixelFormat: 'rgb24', widthPx: 64, heightPx: 64, sizeBytes: 64 * 64 * 3 };
const SETTINGS: VideoSettings = {
  frameRate: { numerator: 24n, denominator: 1n },
  preset: 'ultrafast',
  tune: 'zerolatency',
  crf: 23,
  keyframeIntervalS: 1,
  serviceName: 'camera',
};
const FRAME_PERIOD_MS = 20;

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

/** ffmpeg as the program starts it for such a destination, with frames until `end`. */
function start(address: string) {
  const { url, secretOptions } = parse(destinationSchema, address);
  const { readFd, writeFd } = makePipe();
  const lines: string[] = [];
  const before = childrenOf(process.pid);
  const encoder = startEncoder(
    {
      ffmpeg: 'ffmpeg',
      output: { kind: 'address', url, secretOptions },
      argumentsFor: (output) => encoderArguments(SETTINGS, FORMAT, output),
      stdinFd: readFd,
    },
    (event) => {
      if (event.kind === 'encoder-line') lines.push(event.line);
    },
  );
  closeSync(readFd);
  const pid = childrenOf(process.pid).find((each) => !before.includes(each)) ?? -1;
  let isEnding = false;
  const frames = writeFrames(writeFd, () => isEnding);
  const end = async () => {
    isEnding = true;
    await frames;
    closeSync(writeFd);
    return encoder.stop();
  };
  return { encoder, pid, lines, end };
}

async function writeFrames(fd: number, isEnding: () => boolean): Promise<void> {
  for (let count = 0; !isEnding(); count += 1) {
    const frame = new Uint8Array(FORMAT.sizeBytes).fill(count * 5);
    let writtenBytes = 0;
    await until(async () => {
      writtenBytes += put(fd, frame.subarray(writtenBytes));
      return writtenBytes === frame.length;
    }, 'room in the pipe');
    await Bun.sleep(FRAME_PERIOD_MS);
  }
}

/** The write end does not block. */
function put(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0;
    throw error;
  }
}

/** An HTTP server that takes whatever is posted, and keeps each request as it came. */
class PostServer implements AsyncDisposable {
  readonly #requests: string[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      this.#requests.push('');
      const index = this.#requests.length - 1;
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        this.#requests[index] += bytes.toString('latin1');
        if (this.#requests[index]?.endsWith('0\r\n\r\n') === true) {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
        }
      });
    });
  }

  static async start(): Promise<PostServer> {
    const port = await freeTcpPort();
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new PostServer(server, port);
  }

  /** The head of the first request, once it and some video have come. */
  async head(): Promise<string[]> {
    const isThere = async () => /\r\n\r\n[^]{188}/.test(this.#requests[0] ?? '');
    await until(isThere, 'request with video');
    return this.#requests[0]?.split('\r\n\r\n')[0]?.split('\r\n') ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

describe('what a server asks for and others must not read', () => {
  test('user and password of http:// come as a header, and stand in no arguments', async () => {
    await using server = await PostServer.start();
    const { pid, end } = start(`http://camera:SECRET%40b+c@127.0.0.1:${server.port}/live?camera=1`);
    const [request, ...headers] = await server.head();
    const command = commandOf(pid).join(' ');
    expect(command).toContain(`http://127.0.0.1:${server.port}/live?camera=1`);
    expect(command).not.toContain('SECRET');
    expect(command).not.toContain(Buffer.from('camera:SECRET').toString('base64').slice(0, 16));
    expect(request).toBe('POST /live?camera=1 HTTP/1.1');
    const login = Buffer.from('camera:SECRET@b+c').toString('base64');
    expect(headers.filter((line) => /^authorization:/i.test(line))).toEqual([
      `Authorization: Basic ${login}`,
    ]);
    expect((await end()).code).toBe(0);
  });

  test('without user and password there is no such header', async () => {
    await using server = await PostServer.start();
    const { end } = start(`http://127.0.0.1:${server.port}/live`);
    const headers = await server.head();
    expect(headers.join('\n')).not.toMatch(/authorization/i);
    expect((await end()).code).toBe(0);
  });

  test('ffmpeg takes the longest user and password', async () => {
    await using server = await PostServer.start();
    const { end } = start(`http://u:${'p'.repeat(698)}@127.0.0.1:${server.port}/live`);
    const login = Buffer.from(`u:${'p'.repeat(698)}`).toString('base64');
    expect(await server.head()).toContain(`Authorization: Basic ${login}`);
    expect((await end()).code).toBe(0);
  });

  test.each(['aes-type=128&secret=SECRET a=b%20c', 'secret=SECRET+d&aes-type=256'])(
    'the video goes to rist:// encrypted by a secret that stands in no arguments (%s)',
    async (query) => {
      const port = await evenUdpPort();
      const path = folder.file(`rist-${port}.ts`);
      const from = `rist://@127.0.0.1:${port}?${query}`;
      const receiver = Bun.spawn(
        [
          ['ffmpeg', '-nostdin', '-v', 'error', '-probesize', '32', '-f', 'data', '-i', from],
          ['-map', '0', '-c', 'copy', '-f', 'data', '-flush_packets', '1', '-y', path],
        ].flat(),
        { stdio: ['ignore', 'ignore', 'ignore'] },
      );
      try {
        await until(async () => isUdpPortBound(port), 'the receiver');
        const { pid, end } = start(`rist://127.0.0.1:${port}?${query}`);
        await until(async () => sizeOf(path) > 0, 'video at the receiver', 25_000);
        const command = commandOf(pid).join(' ');
        expect(command).toContain(`rist://127.0.0.1:${port}`);
        expect(command).not.toContain('SECRET');
        await end();
      } finally {
        receiver.kill('SIGKILL');
        await receiver.exited;
      }
    },
  );
});

/** Another one at each call, and with it another file: one that is there from before would be taken for video that comes. */
async function evenUdpPort(): Promise<number> {
  for (;;) {
    const port = await freeUdpPort();
    if (port % 2 === 0) return port;
  }
}
