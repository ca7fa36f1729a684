import { afterAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../support/child.ts';
import { Folder } from '../support/folder.ts';
import { freeUdpPort } from '../support/ports.ts';
import { SrtServer } from '../support/srt-server.ts';
import { breakOf, call, failureOf, numberedPackets, pour } from './srt-stage.ts';

const PASSPHRASE = '0123456789abc';
/** About what a second of video at 3 Mbit/s has, and no whole number of messages. */
const PACKETS = 2005;

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

describe('a call to a real listener', () => {
  test.each(['127.0.0.1', '::1'])('carries every byte to %s, the last ones included', async (host) => {
    const out = folder.file(`all-${host}`);
    await using server = await SrtServer.start({ host, out });
    const carrier = await call(`${server.address}?streamid=%23!::r=live/camera,m=publish`);
    expect(await server.caller()).toBe('#!::r=live/camera,m=publish');
    const sent = numberedPackets(PACKETS);
    await pour(carrier, sent);
    await carrier.finish(5000);
    expect(await server.closed()).toBe(sent.length);
    expect(readFileSync(out).equals(sent)).toBe(true);
  });

  test.each([20_000, 120_000, 800_000])(
    'loses nothing at the end with a latency of %i microseconds',
    async (latencyUs) => {
      await using server = await SrtServer.start();
      const carrier = await call(`${server.address}?latency=${latencyUs}`);
      await pour(carrier, numberedPackets(PACKETS));
      await carrier.finish(5000);
      expect(await server.closed()).toBe(PACKETS * 188);
    },
  );

  test('tells of the link what both sides have agreed on', async () => {
    await using server = await SrtServer.start();
    const carrier = await call(`${server.address}?latency=200000`);
    await pour(carrier, numberedPackets(100));
    const figures = carrier.look();
    // One that is gone before it is let in is nobody to the server.
    await server.caller();
    carrier.close();
    expect(figures).toMatchObject({ latencyMs: 200, handedBytes: 18_800, droppedPackets: 0 });
    expect(await server.closed()).toBeGreaterThanOrEqual(0);
  });

  test('finds an address by its name', async () => {
    await using server = await SrtServer.start();
    const carrier = await call(`srt://localhost:${server.port}`);
    expect(await server.caller()).toBe('');
    carrier.close();
  });

  test.each(['pkt_size=1456', 'payload_size=188', 'pkt_size=100', 'mss=1360', 'sndbuf=200000&ffs=200'])(
    'carries every byte with %s',
    async (parameters) => {
      const out = folder.file(parameters);
      await using server = await SrtServer.start({ out });
      const carrier = await call(`${server.address}?${parameters}`);
      const sent = numberedPackets(PACKETS);
      await pour(carrier, sent);
      await carrier.finish(5000);
      await server.closed();
      expect(readFileSync(out).equals(sent)).toBe(true);
    },
  );

  test('speaks file mode where the address says so', async () => {
    const out = folder.file('file-mode');
    await using server = await SrtServer.start({ out, isFileMode: true });
    const carrier = await call(`${server.address}?transtype=file`);
    const sent = numberedPackets(PACKETS);
    await pour(carrier, sent);
    await carrier.finish(5000);
    expect(await server.closed()).toBe(sent.length);
    expect(readFileSync(out).equals(sent)).toBe(true);
  });

  test('is encrypted with the passphrase of both', async () => {
    const out = folder.file('encrypted');
    await using server = await SrtServer.start({ passphrase: PASSPHRASE, out });
    const carrier = await call(`${server.address}?passphrase=${PASSPHRASE}&pbkeylen=32`);
    const sent = numberedPackets(100);
    await pour(carrier, sent);
    await carrier.finish(5000);
    await server.closed();
    expect(readFileSync(out).equals(sent)).toBe(true);
  });
});

describe('what is agreed on is the same as when ffmpeg writes to the address itself', () => {
  test.each([
    '',
    'latency=200000',
    'tsbpddelay=300999',
    'latency=abc',
    'latency=200ms',
    'peerlatency=400000',
    'rcvlatency=500000',
    'latency=250000&peerlatency=130000',
    'transtype=live&latency=1000000',
    'passphrase=0123456789abc&pbkeylen=32',
    'passphrase=0123456789abc&pbkeylen=24&enforced_encryption=1',
  ])('%s', async (parameters) => {
    const passphrase = parameters.includes('passphrase') ? { passphrase: PASSPHRASE } : {};
    await using ours = await SrtServer.start(passphrase);
    await using theirs = await SrtServer.start(passphrase);
    const carrier = await call(`${ours.address}?${parameters}`);
    // Without an end: the server can tell only of those who are still there when it gets to it.
    const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=25'];
    const address = `${theirs.address}?${parameters}`;
    await using _ = new Child(['ffmpeg', '-v', 'error', ...picture, '-f', 'mpegts', address]);
    expect(await ours.agreed()).toBe(await theirs.agreed());
    carrier.close();
  });
});

describe('a call that a real listener does not take', () => {
  test.each([
    ['passphrase=another-passphrase', 'link-passphrase-refused'],
    ['streamid=a', 'link-passphrase-mismatch'],
  ])('fails with %s as %s', async (parameters, code) => {
    await using server = await SrtServer.start({ passphrase: PASSPHRASE });
    expect<string>((await failureOf(call(`${server.address}?${parameters}`))).code).toBe(code);
  });

  test('fails where only we have a passphrase', async () => {
    await using server = await SrtServer.start();
    const failure = await failureOf(call(`${server.address}?passphrase=${PASSPHRASE}`));
    expect(failure.code).toBe('link-passphrase-mismatch');
  });

  test('fails where the two do not speak the same mode', async () => {
    await using server = await SrtServer.start({ isFileMode: true });
    const failure = await failureOf(call(`${server.address}?transtype=live`));
    expect(failure.text).toContain('check transtype, messageapi and smoother');
  });

  test.each([
    [1401, 'link-not-allowed'],
    [1403, 'link-not-allowed'],
    [1404, 'link-no-such-stream'],
    [1409, 'link-taken'],
    [1503, 'link-rejected'],
    [2001, 'link-rejected'],
  ])('fails with its answer %i as %s', async (refuse, code) => {
    await using server = await SrtServer.start({ refuse });
    const failure = await failureOf(call(`${server.address}?streamid=a`));
    expect<string>(failure.code).toBe(code);
    expect(failure.text).toContain(`${refuse}`);
  });

  test('fails where nobody listens', async () => {
    const failure = await failureOf(call(`srt://127.0.0.1:${await freeUdpPort()}?connect_timeout=300`));
    expect(failure.code).toBe('link-no-answer');
  });

  test('fails where there is no way to the network', async () => {
    // A user's own network namespace has no interface that is up; some machines let nobody make one.
    if (Bun.spawnSync(['unshare', '-rn', 'true']).exitCode !== 0) return;
    const alone = join(import.meta.dir, 'srt-no-network.ts');
    const { stdout } = Bun.spawnSync(['unshare', '-rn', process.execPath, alone]);
    expect(stdout.toString()).toBe('link-unreachable\n');
  });

  test('fails for a name that does not exist', async () => {
    expect((await failureOf(call('srt://no-such-host.invalid:9000'))).code).toBe('link-unknown-host');
  });
});

describe('a link to a real listener', () => {
  test('that lets us in and closes says that it has', async () => {
    // Longer than a busy machine takes from the connection to the first packet, with the latency.
    await using server = await SrtServer.start({ closeAfterMs: 1500 });
    const { failure } = await breakOf(await call(server.address));
    expect(failure.code).toBe('link-closed');
    expect(await server.closed()).toBeGreaterThan(0);
  });

  test.each(['SIGSTOP', 'SIGKILL'] as const)('that gets %s is lost after about a second', async (signal) => {
    await using server = await SrtServer.start();
    const carrier = await call(server.address);
    await pour(carrier, numberedPackets(100));
    server.child.signal(signal);
    const { failure, afterMs } = await breakOf(carrier);
    carrier.close();
    expect(failure.code).toBe('link-lost');
    expect(afterMs).toBeGreaterThan(900);
    // libsrt itself takes five seconds.
    expect(afterMs).toBeLessThan(3500);
  });

  test('that is gone is closed as soon as may be waited', async () => {
    await using server = await SrtServer.start();
    const carrier = await call(server.address);
    await pour(carrier, numberedPackets(100));
    server.child.signal('SIGSTOP');
    carrier.send(numberedPackets(7));
    const begunMs = performance.now();
    await carrier.finish(400);
    expect(performance.now() - begunMs).toBeLessThan(3000);
  });
});
