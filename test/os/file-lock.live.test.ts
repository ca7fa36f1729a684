import { expect, test } from 'bun:test';
import { closeSync, openSync } from 'node:fs';
import { lockFile } from '../../src/os/file-lock.ts';
import { Folder } from '../support/folder.ts';
import { commandOf } from '../support/processes.ts';
import { until } from '../support/until.ts';

test('another program that holds it is noticed, and gives it back with its end, even by SIGKILL', async () => {
  using folder = new Folder();
  const command = ['flock', '--exclusive', '--no-fork', folder.file('a'), 'sleep', '60'];
  const other = Bun.spawn(command, { stdio: ['ignore', 'ignore', 'ignore'] });
  await until(async () => commandOf(other.pid)[0] === 'sleep', 'lock');
  const own = openSync(folder.file('a'), 'r+');
  expect(lockFile(own)).toBe('elsewhere');
  other.kill('SIGKILL');
  await other.exited;
  expect(lockFile(own)).toBe('held');
  closeSync(own);
});
