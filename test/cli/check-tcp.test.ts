import { describe, expect, test } from 'bun:test';
import { createServer, Socket } from 'node:net';
import { tcpFinding, tcpPlace } from '../../src/cli/check-tcp.ts';
import { freeTcpPort } from '../support/ports.ts';

describe('where a connection would be made', () => {
  test.each([
    ['tcp://video.example:9000', { host: 'video.example', port: 9000 }],
    ['tls://[::1]:9000', { host: '::1', port: 9000 }],
    ['http://video.example/live', { host: 'video.example', port: 80 }],
    ['https://user@video.example/live?listen=1', { host: 'video.example', port: 443 }],
    ['tcp://video.example:9000?listen=0', { host: 'video.example', port: 9000 }],
  ])('%s', (url, place) => {
    expect(tcpPlace(url, {})).toEqual(place);
  });

  test.each([
    'rist://video.example:9000',
    'tcp://0.0.0.0:9000?listen',
    'tls://0.0.0.0:9000?listen=1',
    'srt://a:1',
  ])('nowhere: %s', (url) => {
    expect(tcpPlace(url, {})).toBeUndefined();
  });

  test('not where ffmpeg goes through a proxy', () => {
    const env = { http_proxy: 'http://proxy.example:3128' };
    for (const url of ['http://video.example/', 'https://video.example/', 'tls://video.example:1'])
      expect(tcpPlace(url, env)).toBeUndefined();
    expect(tcpPlace('tcp://video.example:1', env)).toEqual({ host: 'video.example', port: 1 });
  });
});

test('a server that listens is good, and sees the connection end', async () => {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const server = createServer((socket) => socket.resume().once('close', () => resolve()));
  const port = await freeTcpPort();
  await new Promise<void>((done) => {
    server.listen(port, '127.0.0.1', done);
  });
  expect(await tcpFinding({ host: '127.0.0.1', port }, 'tcp://here')).toEqual({
    isGood: true,
    text: 'tcp://here takes connections',
  });
  await ended;
  server.close();
});

test('a port where nothing listens is bad', async () => {
  expect(await tcpFinding({ host: '127.0.0.1', port: await freeTcpPort() }, 'tcp://here')).toEqual({
    isGood: false,
    text: 'tcp://here: connection refused: nothing listens there, or a firewall turns us away',
  });
});

test('one that does not answer is not waited for', async () => {
  const silent = new Socket();
  const finding = await tcpFinding({ host: '127.0.0.1', port: 9 }, 'tcp://nobody', 1, () => silent);
  expect(finding.isGood).toBe(false);
  expect(finding.text).toStartWith('tcp://nobody: no answer in 0.001 s: is it running');
  expect(silent.destroyed).toBe(true);
});
