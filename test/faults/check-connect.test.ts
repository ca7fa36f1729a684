import { expect, test } from 'bun:test';
import { createSocket } from 'node:dgram';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { startBuilder } from '../support/builder.ts';
import { Folder } from '../support/folder.ts';
import { freeTcpPort, freeUdpPort } from '../support/ports.ts';
import { SrtReceiver } from '../support/receiver.ts';
import { SrtServer } from '../support/srt-server.ts';

const LIMIT_MS = 60_000;

/** What `check --connect` says of the destination; there is no Redis, so it never ends well. */
async function outputLines(destination: string): Promise<string[]> {
  await using check = startBuilder({ PORT: '1', DESTINATION: destination }, 'check', '--connect');
  expect(await check.exit(40_000)).toBe(1);
  return check.lines.flatMap((line) => {
    const [, verdict, text] = /^(good|BAD ) +output +(.+)$/.exec(line) ?? [];
    return verdict === undefined ? [] : [`${verdict.trim()}: ${text}`];
  });
}

async function listening(server: Server): Promise<number> {
  const port = await freeTcpPort();
  await new Promise<void>((done) => {
    server.listen(port, '127.0.0.1', done);
  });
  return port;
}

test.concurrent(
  'an SRT server that answers is good, and gets no video',
  async () => {
    using folder = new Folder();
    await using receiver = await SrtReceiver.start(folder.file('received.ts'));
    const lines = await outputLines(receiver.address);
    expect(lines).toEqual([
      expect.stringMatching(/^good: libsrt 1\.[\d.]+ carries the video \(\/usr\/.*\/libsrt/),
      expect.stringMatching(/^good: srt:\/\/127\.0\.0\.1:\d+ was opened, and stays open \(latency 120 ms\)$/),
    ]);
    await receiver.stop();
    expect(Bun.file(receiver.path).size).toBe(0);
  },
  LIMIT_MS,
);

test.concurrent(
  'an SRT server that wants another passphrase is bad, and so is a port where nothing answers',
  async () => {
    using folder = new Folder();
    await using receiver = await SrtReceiver.start(folder.file('received.ts'), {
      parameters: 'passphrase=correct-horse',
    });
    const [wrong, missing, nobody] = await Promise.all(
      [
        `${receiver.address}?passphrase=wrong-battery`,
        receiver.address,
        `srt://127.0.0.1:${await freeUdpPort()}`,
      ].map(outputLines),
    );
    expect(wrong?.[1]).toMatch(/^BAD: srt:\/\/127\.0\.0\.1:\d+: .*passphrase/);
    expect(wrong?.join()).not.toContain('wrong-battery');
    expect(missing?.[1]).toMatch(/^BAD: srt:\/\/127\.0\.0\.1:\d+: .*passphrase/);
    expect(nobody?.[1]).toMatch(/^BAD: srt:\/\/127\.0\.0\.1:\d+: /);
  },
  LIMIT_MS,
);

test.concurrent(
  'what an SRT server answers is said, and where it may be a service of ours, that too',
  async () => {
    await using unknown = await SrtServer.start({ refuse: 1404 });
    await using taken = await SrtServer.start({ refuse: 1409 });
    await using forbidden = await SrtServer.start({ refuse: 1403 });
    await using closing = await SrtServer.start({ closeAfterMs: 300 });
    const servers = [unknown, taken, forbidden, closing];
    const found = await Promise.all(
      servers.map(({ address }) => outputLines(`${address}?streamid=secret-name`)),
    );
    const said = found.map(([, line = '']) => line.replace(/^BAD: srt:\S+: /, ''));
    expect(said.map((line) => line.split(/[:;]/, 1)[0])).toEqual([
      'the server knows no such stream',
      'the server has another publisher on that stream',
      'the server does not allow us to publish that stream',
      'it answers but closes the stream at once',
    ]);
    expect(said.map((line) => line.includes('a service that runs with this destination may be'))).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(found.join()).not.toContain('secret-name');
    expect(await closing.caller()).toBe('secret-name');
    expect(await closing.closed()).toBe(0);
  },
  LIMIT_MS,
);

test.concurrent(
  'a port to listen on is good where it is free, and else a service may have it',
  async () => {
    const socket = createSocket('udp4');
    const port = await freeUdpPort();
    const address = `srt://127.0.0.1:${port}?mode=listener`;
    const [, free] = await outputLines(address);
    expect(free).toBe(`good: srt://127.0.0.1:${port} can be listened on`);
    await new Promise<void>((done) => {
      socket.bind(port, '127.0.0.1', done);
    });
    const [, taken] = await outputLines(address);
    expect(taken).toMatch(
      /^BAD: srt:\/\/127\.0\.0\.1:\d+: .*; a service that runs with this destination may be/,
    );
    socket.close();
  },
  LIMIT_MS,
);

test.concurrent(
  'TCP is connected to, UDP has a socket, and of the rest only a start can tell',
  async () => {
    const server = createServer((socket) => socket.resume());
    const port = await listening(server);
    const found = await Promise.all(
      [
        `tcp://127.0.0.1:${port}`,
        `http://127.0.0.1:${await freeTcpPort()}/live`,
        'udp://127.0.0.1:9',
        'rist://127.0.0.1:9000',
        'srt://127.0.0.1:9000?mode=rendezvous',
      ].map(outputLines),
    );
    expect(found).toEqual([
      [`good: tcp://127.0.0.1:${port} takes connections`],
      [expect.stringMatching(/^BAD: http:\/\/127\.0\.0\.1:\d+\/live: connection refused/)],
      ['good: udp://127.0.0.1:9 was opened'],
      [expect.stringMatching(/^good: only a start can tell whether rist:/)],
      [expect.stringMatching(/^good: only a start can tell whether srt:/)],
    ]);
    server.close();
  },
  LIMIT_MS,
);

test.concurrent(
  'a folder is written into and left as it was, and what cannot be opened anyway is not tried',
  async () => {
    using folder = new Folder();
    mkdirSync(folder.file('videos'));
    expect(await outputLines(folder.file('videos/x.ts'))).toEqual([
      `good: ${folder.file('videos/x.ts')} can be written`,
      `good: a file in ${folder.file('videos')} was written and removed`,
    ]);
    expect(readdirSync(folder.file('videos'))).toEqual([]);
    expect(await outputLines(folder.file('missing/x.ts'))).toEqual([
      expect.stringMatching(/^BAD: the folder .*missing does not exist/),
    ]);
    expect(existsSync(folder.file('missing'))).toBe(false);
  },
  LIMIT_MS,
);
