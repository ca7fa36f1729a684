import { expect, test } from 'bun:test';
import { Folder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { startBuilder } from '../support/builder.ts';

test('a unix socket, a database of its own, and a user with only the rights that are needed', async () => {
  using folder = new Folder();
  const socket = folder.file('redis.sock');
  await using server = await RedisServer.start('--unixsocket', socket);
  const redis = server.client();
  const rights = ['~imagestream', '+xread', '+xrevrange', '+time', '+select', '+eval', '+xinfo'];
  await redis.call('ACL', 'SETUSER', 'viewer', 'on', '>view-only', ...rights);
  const settings = {
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
});
