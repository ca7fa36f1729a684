import { expect, test } from 'bun:test';
import { closeSync, openSync } from 'node:fs';
import { lockFile } from '../../src/os/file-lock.ts';
import { Folder } from '../support/folder.ts';

test('a lock is held by one opening, until that is closed', () => {
  using folder = new Folder();
  const [first, second] = [openSync(folder.file('a'), 'w+'), openSync(folder.file('a'), 'r+')];
  expect(lockFile(first)).toBe('held');
  expect(lockFile(first)).toBe('held');
  expect(lockFile(second)).toBe('elsewhere');
  closeSync(first);
  expect(lockFile(second)).toBe('held');
  closeSync(second);
});

test('a file that is not open is a bug, and not a file system without locks', () => {
  expect(() => lockFile(9_999)).toThrow('no file is open by the number 9999');
});
