import { expect, test } from 'bun:test';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { Folder } from '../../support/folder.ts';
import { until } from '../../support/until.ts';
import { FolderWatch, peakWith } from './folder-watch.ts';

const NOTHING = { sizeBytes: 0, fileBytes: 0, looks: 0 };
const file = (inode: number, sizeBytes: number) => ({ inode, sizeBytes });

test('the most of all files together and of one file is kept, also where it gets less', () => {
  const first = peakWith(NOTHING, [file(1, 30), file(2, 40)]);
  expect(first).toEqual({ sizeBytes: 70, fileBytes: 40, looks: 1 });
  const second = peakWith(first, [file(3, 60)]);
  expect(second).toEqual({ sizeBytes: 70, fileBytes: 60, looks: 2 });
  expect(peakWith(second, [])).toEqual({ sizeBytes: 70, fileBytes: 60, looks: 3 });
});

test('a file that has two names for a moment takes its room once', () => {
  expect(peakWith(NOTHING, [file(1, 30), file(1, 30)]).sizeBytes).toBe(30);
});

test('segments in a folder are watched all the time, under either name, and nothing else is', async () => {
  using folder = new Folder();
  using watch = new FolderWatch(folder.path);
  writeFileSync(folder.file('ballast'), Buffer.alloc(900));
  writeFileSync(folder.file('a.ts.part'), Buffer.alloc(30));
  await until(async () => watch.peak.sizeBytes === 30, 'look at the first one');
  renameSync(folder.file('a.ts.part'), folder.file('a.ts'));
  writeFileSync(folder.file('b.ts.part'), Buffer.alloc(50));
  await until(async () => watch.peak.sizeBytes === 80, 'look at both');
  rmSync(folder.file('a.ts'));
  expect(watch.peak.fileBytes).toBe(50);
});
