import { describe, expect, test } from 'bun:test';
import { linkSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { PACKET_BYTES } from '../../../src/mpegts/packet.ts';
import type { DiskCalls } from '../../../src/outputs/recorder/disk-calls.ts';
import { Folder } from '../../support/folder.ts';
import { AMPLE_DISK, BEGIN_MS, failureOf, folderAt, namesIn, packets, record } from './segment-stage.ts';

const NAME = 'imagestream-20261124T203300Z.ts';
const PART = `${NAME}.part`;
const NEXT = 'imagestream-20261124T203301Z.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** A disk on which files have one name only. */
function withoutLinks(code: string): DiskCalls {
  return { ...AMPLE_DISK, linkAt: () => Promise.reject(systemError(code)) };
}

/** The sizes of what is in a folder, by name. */
function sizesIn(folder: Folder): Record<string, number> {
  return Object.fromEntries(namesIn(folder.path).map((name) => [name, statSync(folder.file(name)).size]));
}

describe('what an earlier run has left', () => {
  test.each([
    ['whole packets', packets(3), 3],
    ['half a packet at the end', packets(3).subarray(0, 500), 2],
    ['the size, but not the content of its end', Buffer.concat([packets(2), new Uint8Array(5_000)]), 2],
    ['more such end than is read at once', Buffer.concat([packets(2), new Uint8Array(3_000_000)]), 2],
  ])('is finished: %s', async (_, bytes, wholePackets) => {
    using folder = new Folder();
    writeFileSync(folder.file(PART), bytes);
    const segments = folderAt(folder.path);
    expect(await segments.recover()).toBe(1);
    expect(namesIn(folder.path)).toEqual([NAME]);
    expect(readFileSync(folder.file(NAME)).equals(packets(wholePackets))).toBe(true);
    expect(segments.figures).toMatchObject({ segments: 1, sizeBytes: wholePackets * PACKET_BYTES });
    expect(segments.figures?.oldestMs).toBe(BEGIN_MS);
  });

  test.each([
    ['nothing', new Uint8Array(0)],
    ['less than a packet', packets(1).subarray(0, 187)],
    ['nothing but zeros', new Uint8Array(PACKET_BYTES * 40)],
  ])('with %s in it is removed, and not counted', async (_, bytes) => {
    using folder = new Folder();
    writeFileSync(folder.file(PART), bytes);
    expect(await folderAt(folder.path).recover()).toBe(0);
    expect(namesIn(folder.path)).toEqual([]);
  });

  test('that has more at its end than a power cut leaves is kept as it is, for people to look at', async () => {
    using folder = new Folder();
    writeFileSync(folder.file(PART), new Uint8Array(60_000 * PACKET_BYTES));
    expect(await folderAt(folder.path).recover()).toBe(1);
    expect(sizesIn(folder)).toEqual({ [NAME]: 60_000 * PACKET_BYTES });
  });

  test('overwrites no segment that has its final name: it gets the next one', async () => {
    using folder = new Folder();
    writeFileSync(folder.file(PART), packets(2));
    writeFileSync(folder.file(NAME), packets(1));
    expect(await folderAt(folder.path).recover()).toBe(1);
    expect(sizesIn(folder)).toEqual({ [NAME]: PACKET_BYTES, [NEXT]: 2 * PACKET_BYTES });
  });

  test('with both names, since the power went between them, loses the first one', async () => {
    using folder = new Folder();
    writeFileSync(folder.file(PART), packets(2));
    linkSync(folder.file(PART), folder.file(NAME));
    expect(await folderAt(folder.path).recover()).toBe(1);
    expect(sizesIn(folder)).toEqual({ [NAME]: 2 * PACKET_BYTES });
  });

  test('is left alone while somebody writes it', async () => {
    using folder = new Folder();
    const segment = await folderAt(folder.path).begin(BEGIN_MS);
    expect(await folderAt(folder.path).recover()).toBe(0);
    await segment.write(packets(2));
    expect(await folderAt(folder.path).recover()).toBe(0);
    await segment.finish();
    expect(sizesIn(folder)).toEqual({ [NAME]: 2 * PACKET_BYTES });
  });

  test('and cannot be finished stays, is counted, and keeps nothing else from going on', async () => {
    using folder = new Folder();
    for (const name of [PART, `${NEXT}.part`]) writeFileSync(folder.file(name), packets(2));
    const linkAt = (from: string, to: string) =>
      from.endsWith(PART) ? Promise.reject(systemError('EIO')) : AMPLE_DISK.linkAt(from, to);
    const segments = folderAt(folder.path, { disk: { ...AMPLE_DISK, linkAt } });
    expect(await segments.recover()).toBe(1);
    expect(segments.figures).toMatchObject({ segments: 2, sizeBytes: 4 * PACKET_BYTES });
    await record(segments, BEGIN_MS);
    expect(namesIn(folder.path)).toEqual([PART, NEXT, 'imagestream-20261124T203302Z.ts']);
  });
});

describe('a file system without hard links', () => {
  test.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'ENOSPC'])(
    '(%s) gives the final name by a rename',
    async (code) => {
      using folder = new Folder();
      const segments = folderAt(folder.path, { disk: withoutLinks(code) });
      writeFileSync(folder.file(PART), packets(1));
      expect(await segments.recover()).toBe(1);
      await record(segments, BEGIN_MS, 2);
      expect(sizesIn(folder)).toEqual({ [NAME]: PACKET_BYTES, [NEXT]: 2 * PACKET_BYTES });
    },
  );

  test('has nothing overwritten by it', async () => {
    using folder = new Folder();
    const segment = await folderAt(folder.path, { disk: withoutLinks('EPERM') }).begin(BEGIN_MS);
    await segment.write(packets(2));
    writeFileSync(folder.file(NAME), packets(1));
    await segment.finish();
    expect(sizesIn(folder)).toEqual({ [NAME]: PACKET_BYTES, [NEXT]: 2 * PACKET_BYTES });
  });

  test('is not what every failure is taken for', async () => {
    using folder = new Folder();
    const segment = await folderAt(folder.path, { disk: withoutLinks('EIO') }).begin(BEGIN_MS);
    await segment.write(packets(2));
    expect(await failureOf(segment.finish())).toBe('file-other');
    await segment.abandon();
    expect(namesIn(folder.path)).toEqual([PART]);
  });
});

describe('a file system without locks', () => {
  const disk: DiskCalls = { ...AMPLE_DISK, lockFile: () => 'unsupported' };

  test('is recorded on all the same', async () => {
    using folder = new Folder();
    expect(await record(folderAt(folder.path, { disk }), BEGIN_MS)).toBe(NAME);
  });

  test.each([
    [59_000, [PART]],
    [61_000, [NAME]],
    // The clock was set back, or the server has another one.
    [-3_600_000, [PART]],
  ])('has what was last written %d ms ago finished only where that is long enough', async (ageMs, names) => {
    using folder = new Folder();
    writeFileSync(folder.file(PART), packets(2));
    utimesSync(folder.file(PART), new Date(BEGIN_MS - ageMs), new Date(BEGIN_MS - ageMs));
    await folderAt(folder.path, { disk }).recover();
    expect(namesIn(folder.path)).toEqual(names);
  });
});
