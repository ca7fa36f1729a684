import { expect, test } from 'bun:test';
import { Folder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { READERS, startBuilder } from '../support/builder.ts';
import { freeTcpPort } from '../support/ports.ts';
import { output } from '../support/video.ts';

test.each(READERS)(
  'through %s: a unix socket, a database of its own, and a user with only the rights that are needed',
  async (READER) => {
    using folder = new Folder();
    const socket = folder.file('redis.sock');
    await using server = await RedisServer.start('--unixsocket', socket);
    const redis = server.client();
    const rights = ['~imagestream', '+xread', '+xrevrange', '+time', '+select', '+eval', '+xinfo'];
    await redis.call('ACL', 'SETUSER', 'viewer', 'on', '>view-only', ...rights);
    const settings = {
      READER,
      DESTINATION: folder.file('x.ts'),
      SOCKET: socket,
      DB: '3',
      USERNAME: 'viewer',
      PASSWORD: 'view-only',
    };
    await using builder = startBuilder(settings);
    await builder.line(/Redis at .*redis.sock: connected/);
    await redis.select(3);
    await redis.xadd('imagestream', '*', 'pixels', Buffer.alloc(320 * 240 * 2));
    await builder.line(/streaming to/);
    redis.disconnect();
    expect(await builder.stop()).toBe(0);
  },
);

test('TLS with a certificate authority of its own', async () => {
  using folder = new Folder();
  const [key, certificate] = [folder.file('key.pem'), folder.file('cert.pem')];
  const request = 'openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost'.split(' ');
  const address = ['-addext', 'subjectAltName=IP:127.0.0.1'];
  await output(...request, ...address, '-keyout', key, '-out', certificate);
  const port = await freeTcpPort();
  const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
  await using server = await RedisServer.start('--tls-port', `${port}`, ...files, '--tls-auth-clients', 'no');
  const settings = { DESTINATION: folder.file('x.ts'), PORT: `${port}`, TLS: 'on', TLS_CA: certificate };
  await using builder = startBuilder(settings);
  await builder.line(/connected/);
  await using stranger = startBuilder({ ...settings, TLS_CA: '' });
  await stranger.line(/certificate/);
  expect(await builder.stop()).toBe(0);
  expect(await stranger.stop()).toBe(0);
  await server.stop();
});
