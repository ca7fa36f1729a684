import { expect, test } from 'bun:test';
import { readdirSync, writeFileSync } from 'node:fs';
import { fileTrialFinding } from '../../src/cli/check-file.ts';
import { Folder } from '../support/folder.ts';

test('a file is written in the folder and removed, whether the one of that name is there or not', () => {
  using folder = new Folder();
  writeFileSync(folder.file('full.ts'), 'a recording');
  for (const name of ['new.ts', 'full.ts']) {
    expect(fileTrialFinding(folder.file(name), name)).toEqual({
      isGood: true,
      text: `a file in ${folder.path} was written and removed`,
    });
  }
  expect(readdirSync(folder.path)).toEqual(['full.ts']);
});

test('a device is opened, and nothing is made beside it', () => {
  expect(fileTrialFinding('/dev/null', '/dev/null')).toEqual({
    isGood: true,
    text: '/dev/null was opened and closed',
  });
});

// Nobody can make a file in /proc, root neither.
test('what the system says is said in words, with what to do', () => {
  using folder = new Folder();
  expect(fileTrialFinding(folder.file('missing/x.ts'), 'x.ts')).toEqual({
    isGood: false,
    text:
      `nothing can be written in ${folder.file('missing')}: the folder of the destination does not exist; ` +
      'make that good, or set COSMOS_VIDEO_DESTINATION to another folder',
  });
  expect(fileTrialFinding('/proc/self/x.ts', 'x.ts').isGood).toBe(false);
});

test('a pipe is not opened: its reader would see the end of a video', () => {
  using folder = new Folder();
  expect(Bun.spawnSync(['mkfifo', folder.file('pipe')]).exitCode).toBe(0);
  expect(fileTrialFinding(folder.file('pipe'), 'pipe')).toEqual({
    isGood: true,
    text: 'pipe is a pipe: only a start can tell whether someone reads it',
  });
});
