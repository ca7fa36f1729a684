import { expect, test } from 'bun:test';
import { EXECUTABLE } from '../support/builder.ts';
import { Child } from '../support/child.ts';
import { Folder } from '../support/folder.ts';
import { freeTcpPort } from '../support/ports.ts';
import { RedisServer } from '../support/redis-server.ts';
import { output } from '../support/video.ts';

test('the certificate of Redis is looked at whatever the variables of the runtime say', async () => {
  using folder = new Folder();
  const [key, certificate] = [folder.file('key.pem'), folder.file('cert.pem')];
  const request = 'openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost'.split(' ');
  await output(...request, '-keyout', key, '-out', certificate);
  const port = `${await freeTcpPort()}`;
  const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
  await using server = await RedisServer.start('--tls-port', port, ...files, '--tls-auth-clients', 'no');
  await using builder = new Child([EXECUTABLE], {
    env: {
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      COSMOS_VIDEO_HOST: '127.0.0.1',
      COSMOS_VIDEO_PORT: port,
      COSMOS_VIDEO_TLS: 'on',
      COSMOS_VIDEO_DESTINATION: folder.file('x.ts'),
    },
  });
  expect(await builder.line(/Redis at .*: (?:connected|.*trying again)/)).toContain('certificate');
  await server.stop();
});
