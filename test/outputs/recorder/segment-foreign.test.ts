import { expect, test } from 'bun:test';
import { lstatSync, mkdirSync, readdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKET_BYTES } from '../../../src/mpegts/packet.ts';
import { Folder } from '../../support/folder.ts';
import { BEGIN_MS, folderAt, namesIn, packets, record } from './segment-stage.ts';

const HOUR_MS = 3_600_000;
/** Older than all that is recorded here, so that they would be the first to go. */
const NEAR_MISSES = [
  'imagestream-20200101T000000Z.TS',
  'imagestream-20200101T000000Z.ts.bak',
  'imagestream-20200101T000000Z.ts.part.part',
  'imagestream-20200101T000000Z-2.ts',
  'imagestream-20200231T000000Z.ts',
  'imagestream-20200231T000000Z.ts.part',
  'imagestream-2020010T000000Z.ts',
  'imagestream2-20200101T000000Z.ts',
  'imagestream-copy-20200101T000000Z.ts',
  '.imagestream-20200101T000000Z.ts.Xy12ab',
  'Imagestream-20200101T000000Z.ts',
  'other-20200101T000000Z.ts',
  'other-20200101T000000Z.ts.part',
  'imagestream.ts',
  'holiday.ts',
];

/** What is in a folder, with what would change if anything was done to it. */
function traces(path: string): string[] {
  return readdirSync(path).map((name) => {
    const { ino, size, mode, mtimeMs, nlink } = lstatSync(join(path, name));
    return [name, ino, size, mode, mtimeMs, nlink].join(' ');
  });
}

test('nothing foreign is ever deleted, renamed or cut', async () => {
  using folder = new Folder();
  using elsewhere = new Folder();
  // Not whole packets, so that a recovery would cut them.
  for (const name of NEAR_MISSES) writeFileSync(folder.file(name), packets(3).subarray(0, 500));
  writeFileSync(elsewhere.file('target.ts'), packets(3).subarray(0, 500));
  writeFileSync(elsewhere.file('empty.ts'), '');
  mkdirSync(folder.file('imagestream-20200101T000001Z.ts'));
  mkdirSync(folder.file('imagestream-20200101T000002Z.ts.part'));
  symlinkSync(elsewhere.file('target.ts'), folder.file('imagestream-20200101T000003Z.ts'));
  symlinkSync(elsewhere.file('target.ts'), folder.file('imagestream-20200101T000004Z.ts.part'));
  symlinkSync(elsewhere.file('empty.ts'), folder.file('imagestream-20200101T000005Z.ts.part'));
  symlinkSync(elsewhere.file('nothing'), folder.file('imagestream-20200101T000006Z.ts.part'));
  for (const name of ['imagestream-20200101T000007Z.ts', 'imagestream-20200101T000008Z.ts.part']) {
    Bun.spawnSync(['mkfifo', folder.file(name)]);
  }
  const [before, beforeElsewhere] = [traces(folder.path), traces(elsewhere.path)];
  const segments = folderAt(folder.path, { quotaBytes: 2 * PACKET_BYTES });
  expect(await segments.recover()).toBe(0);
  for (let hour = 0; hour < 6; hour += 1) await record(segments, BEGIN_MS + hour * HOUR_MS, 2);
  expect(segments.figures).toMatchObject({ segments: 1, sizeBytes: 2 * PACKET_BYTES, deletedSegments: 5 });
  const own = 'imagestream-20261125T013300Z.ts';
  const after = traces(folder.path).filter((line) => !line.startsWith(own));
  expect(after.toSorted()).toEqual(before.toSorted());
  expect(traces(elsewhere.path)).toEqual(beforeElsewhere);
});

test('a segment whose name was given to something else is not deleted, and not counted any more', async () => {
  using folder = new Folder();
  const segments = folderAt(folder.path, { quotaBytes: 3 * PACKET_BYTES });
  const first = await record(segments, BEGIN_MS, 2);
  unlinkSync(folder.file(first));
  mkdirSync(folder.file(first));
  const second = await record(segments, BEGIN_MS + HOUR_MS, 2);
  expect(lstatSync(folder.file(first)).isDirectory()).toBe(true);
  expect(namesIn(folder.path)).toEqual([first, second]);
  expect(segments.figures).toMatchObject({ segments: 1, deletedSegments: 0 });
});

test('two recorders of different streams share a folder, each with its own', async () => {
  using folder = new Folder();
  const quotaBytes = 2 * PACKET_BYTES;
  const [one, other] = ['cam', 'cam-2'].map((instance) => folderAt(folder.path, { instance, quotaBytes }));
  if (!one || !other) throw new Error('no folders');
  const writing = await other.begin(BEGIN_MS - HOUR_MS);
  await writing.write(packets(1));
  const kept = await record(other, BEGIN_MS, 1);
  expect(await one.recover()).toBe(0);
  for (let hour = 1; hour < 5; hour += 1) await record(one, BEGIN_MS + hour * HOUR_MS, 2);
  expect(namesIn(folder.path)).toEqual(['cam-2-20261124T193300Z.ts.part', kept, 'cam-20261125T003300Z.ts']);
  await writing.finish();
});

test('two recorders of one stream in one folder leave alone what the other writes', async () => {
  using folder = new Folder();
  const quotaBytes = 6 * PACKET_BYTES;
  const [one, other] = [0, 1].map(() => folderAt(folder.path, { quotaBytes }));
  if (!one || !other) throw new Error('no folders');
  const slow = await one.begin(BEGIN_MS);
  await slow.write(packets(1));
  // Nothing in it yet: not even that is taken for one that was left.
  const second = await other.begin(BEGIN_MS);
  expect(second.path).not.toBe(slow.path);
  expect(await one.recover()).toBe(0);
  expect(await other.recover()).toBe(0);
  await second.finish();
  for (let hour = 1; hour < 8; hour += 1) await record(other, BEGIN_MS + hour * HOUR_MS, 2);
  expect(namesIn(folder.path)).toContain(slow.path.slice(folder.path.length + 1));
  await slow.write(packets(1));
  await slow.finish();
  expect(lstatSync(slow.path.slice(0, -'.part'.length)).size).toBe(2 * PACKET_BYTES);
});

test('many recorders of one stream at once get names of their own, and lose nothing', async () => {
  using folder = new Folder();
  const recorders = Array.from({ length: 8 }, () => folderAt(folder.path));
  const rounds = recorders.map(async (segments, index) => {
    for (let round = 0; round < 10; round += 1) {
      const segment = await segments.begin(BEGIN_MS);
      await segment.write(packets(index + 1));
      // Others take it for one that was left, if they can.
      await folderAt(folder.path).recover();
      await segment.finish();
    }
  });
  await Promise.all(rounds);
  const sizes = namesIn(folder.path).map((name) => lstatSync(folder.file(name)).size / PACKET_BYTES);
  expect(sizes.toSorted((a, b) => a - b)).toEqual(
    recorders.flatMap((_, index) => Array.from({ length: 10 }, () => index + 1)),
  );
});
