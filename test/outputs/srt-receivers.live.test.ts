import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { Folder } from '../support/folder.ts';
import { freeUdpPort, isUdpPortBound } from '../support/ports.ts';
import { until } from '../support/until.ts';
import { output } from '../support/video.ts';
import { call, failureOf, listen, nextViewer, numberedPackets, pour } from './srt-stage.ts';

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());
const video = folder.file('video.ts');
/**
 * A second, in microseconds. At the end it is waited for twice as long: a receiver that a busy machine holds up for longer, as
 * ffmpeg while it looks at what comes, has lost what it had not read.
 */
const PATIENT = 'latency=1000000';

beforeAll(async () => {
  const picture = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=25', '-frames:v', '50'];
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '25'];
  await output('ffmpeg', '-v', 'error', ...picture, ...codec, '-f', 'mpegts', video);
});

/** How each program that people receive with is called, to put what comes from an address into a file. */
const RECEIVERS: Readonly<Record<string, (address: string, path: string) => string[]>> = {
  'srt-live-transmit': (address, path) => [
    'sh',
    '-c',
    `exec srt-live-transmit -q -a:no "${address}" file://con > "${path}"`,
  ],
  ffmpeg: (address, path) => [
    'ffmpeg',
    '-v',
    'error',
    '-y',
    '-i',
    address,
    '-c',
    'copy',
    '-f',
    'mpegts',
    path,
  ],
  GStreamer: (address, path) => [
    'gst-launch-1.0',
    '-q',
    'srtsrc',
    `uri=${address}`,
    '!',
    'filesink',
    `location=${path}`,
    'buffer-mode=unbuffered',
  ],
};

/** A program that receives, until it goes out of scope. */
class Receiver implements AsyncDisposable {
  readonly path = folder.file(`received-${++receivers}.ts`);
  readonly #process: Bun.Subprocess;

  constructor(name: string, address: string) {
    const command = RECEIVERS[name]?.(address, this.path) ?? [];
    this.#process = Bun.spawn(command, { stdio: ['ignore', 'ignore', 'ignore'] });
  }

  /** What has arrived, once that is so many bytes. */
  async bytes(count: number): Promise<Uint8Array> {
    const size = () => (existsSync(this.path) ? statSync(this.path).size : 0);
    await until(async () => size() >= count || this.#process.exitCode !== null, `${count} bytes received`);
    return readFileSync(this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#process.exited;
  }
}
let receivers = 0;

describe.each(Object.keys(RECEIVERS))('%s', (name) => {
  test.each(['', '&passphrase=0123456789abc'])('is called, and gets every byte%s', async (parameters) => {
    const address = `srt://127.0.0.1:${await freeUdpPort()}`;
    await using receiver = new Receiver(name, `${address}?mode=listener${parameters}`);
    await until(() => isUdpPortBound(Number(address.split(':').at(-1))), 'listener');
    const carrier = await call(`${address}?mode=caller&${PATIENT}${parameters}`);
    const sent = readFileSync(video);
    await pour(carrier, sent);
    await carrier.finish(5000);
    expect(Buffer.from(await receiver.bytes(sent.length)).equals(sent)).toBe(true);
  });

  test.each(['127.0.0.1', '[::1]'])('calls by %s, and gets every byte', async (host) => {
    const port = await freeUdpPort();
    const listener = await listen(`srt://:${port}?mode=listener&${PATIENT}&streamid=ours`);
    await using receiver = new Receiver(name, `srt://${host}:${port}?mode=caller`);
    const viewer = await nextViewer(listener);
    const sent = readFileSync(video);
    await pour(viewer, sent);
    await viewer.finish(5000);
    listener.close();
    expect(Buffer.from(await receiver.bytes(sent.length)).equals(sent)).toBe(true);
  });
});

describe('a listener', () => {
  test('serves several viewers at once, and each for itself', async () => {
    const port = await freeUdpPort();
    const listener = await listen(`srt://127.0.0.1:${port}?mode=listener&${PATIENT}`);
    const address = `srt://127.0.0.1:${port}?mode=caller`;
    const sent = numberedPackets(1000);
    await using first = new Receiver('srt-live-transmit', address);
    const firstViewer = await nextViewer(listener);
    await pour(firstViewer, sent.subarray(0, 188 * 400));
    await using second = new Receiver('srt-live-transmit', address);
    const secondViewer = await nextViewer(listener);
    // The first one goes, and the second one stays.
    await firstViewer.finish(5000);
    await pour(secondViewer, sent);
    await secondViewer.finish(5000);
    listener.close();
    const [some, all] = [await first.bytes(188 * 400), await second.bytes(sent.length)];
    expect(Buffer.from(some).equals(sent.subarray(0, 188 * 400))).toBe(true);
    expect(Buffer.from(all).equals(sent)).toBe(true);
  });

  test('asks its viewers for its passphrase', async () => {
    const port = await freeUdpPort();
    const listener = await listen(`srt://127.0.0.1:${port}?mode=listener&passphrase=0123456789abc`);
    const failed = await call(`srt://127.0.0.1:${port}?passphrase=another-passphrase`).catch(
      (error: unknown) => String(error),
    );
    expect(failed).toContain('refuses the passphrase');
    const carrier = await call(`srt://127.0.0.1:${port}?passphrase=0123456789abc`);
    const viewer = await nextViewer(listener);
    viewer.close();
    carrier.close();
    listener.close();
  });

  test.each(['[::1]', '[::]'])('listens at %s', async (host) => {
    const port = await freeUdpPort();
    const listener = await listen(`srt://${host}:${port}?mode=listener`);
    const calling = call(`srt://[::1]:${port}`);
    const viewer = await nextViewer(listener);
    // First the caller: to one that has not noticed yet that it is let in, an end would be a refusal.
    (await calling).close();
    viewer.close();
    listener.close();
  });

  test('listens at a name of this machine', async () => {
    const port = await freeUdpPort();
    const listener = await listen(`srt://localhost:${port}?mode=listener`);
    const calling = call(`srt://localhost:${port}`);
    const viewer = await nextViewer(listener);
    (await calling).close();
    viewer.close();
    listener.close();
  });

  test('cannot have a port that another program has', async () => {
    const port = await freeUdpPort();
    const taken = await Bun.udpSocket({ hostname: '127.0.0.1', port });
    for (const host of ['127.0.0.1', '']) {
      const { code, text } = await failureOf(listen(`srt://${host}:${port}?mode=listener`));
      expect(code).toBe('link-taken');
      expect(text).toContain(`port ${port} is in use`);
    }
    taken.close();
  });

  test('gives its port back for a new one', async () => {
    const port = await freeUdpPort();
    (await listen(`srt://127.0.0.1:${port}?mode=listener`)).close();
    const again = await listen(`srt://127.0.0.1:${port}?mode=listener`);
    const calling = call(`srt://127.0.0.1:${port}`);
    const viewer = await nextViewer(again);
    (await calling).close();
    viewer.close();
    again.close();
  });

  test('can be opened again while its viewers go on', async () => {
    const port = await freeUdpPort();
    const address = `srt://127.0.0.1:${port}`;
    const first = await listen(`${address}?mode=listener&${PATIENT}`);
    await using receiver = new Receiver('srt-live-transmit', `${address}?mode=caller`);
    const viewer = await nextViewer(first);
    first.close();
    const again = await listen(`${address}?mode=listener`);
    const calling = call(address);
    const second = await nextViewer(again);
    const sent = numberedPackets(1000);
    await pour(viewer, sent);
    await viewer.finish(5000);
    expect(Buffer.from(await receiver.bytes(sent.length)).equals(sent)).toBe(true);
    (await calling).close();
    second.close();
    again.close();
  });

  test('says that its name is unknown', async () => {
    const failure = await failureOf(listen('srt://nosuch.invalid:9?mode=listener'));
    expect(failure.code).toBe('link-unknown-host');
  });

  test('sees a viewer who is gone', async () => {
    const port = await freeUdpPort();
    const listener = await listen(`srt://127.0.0.1:${port}?mode=listener`);
    const calling = call(`srt://127.0.0.1:${port}`);
    const viewer = await nextViewer(listener);
    (await calling).close();
    await until(async () => {
      try {
        viewer.look();
        return false;
      } catch (error) {
        return String(error).includes('closed the connection');
      }
    }, 'end of the viewer');
    viewer.close();
    listener.close();
  });
});
