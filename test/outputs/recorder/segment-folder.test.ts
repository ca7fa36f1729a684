import { describe, expect, test } from 'bun:test';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { PACKET_BYTES } from '../../../src/mpegts/packet.ts';
import { Folder } from '../../support/folder.ts';
import { BEGIN_MS, failureOf, folderAt, linkErrorOf, namesIn, packets, record } from './segment-stage.ts';

const NAME = 'imagestream-20261124T203300Z.ts';
const SEGMENT_BYTES = 10 * PACKET_BYTES;

describe('a segment', () => {
  test('is a part while it is written, and gets its final name when it is whole', async () => {
    using folder = new Folder();
    const segment = await folderAt(folder.path).begin(BEGIN_MS);
    expect(segment.path).toBe(folder.file(`${NAME}.part`));
    await segment.write(packets(3, 1));
    await segment.sync();
    await segment.write(packets(2, 2));
    expect(segment.sizeBytes).toBe(5 * PACKET_BYTES);
    expect(namesIn(folder.path)).toEqual([`${NAME}.part`]);
    await segment.finish();
    expect(namesIn(folder.path)).toEqual([NAME]);
    expect(readFileSync(folder.file(NAME)).equals(Buffer.concat([packets(3, 1), packets(2, 2)]))).toBe(true);
    expect(lstatSync(folder.file(NAME)).nlink).toBe(1);
  });

  test('is for the user and the group alone', async () => {
    using folder = new Folder();
    await record(folderAt(folder.path), BEGIN_MS);
    // A umask may take more away.
    expect(statSync(folder.file(NAME)).mode & 0o777 & ~0o640).toBe(0);
  });

  test('that nothing was written into is not left behind', async () => {
    using folder = new Folder();
    const segments = folderAt(folder.path);
    await (await segments.begin(BEGIN_MS)).finish();
    await (await segments.begin(BEGIN_MS)).abandon();
    expect(namesIn(folder.path)).toEqual([]);
    expect(segments.figures).toMatchObject({ segments: 0, sizeBytes: 0, deletedSegments: 0 });
    expect(segments.figures).not.toHaveProperty('oldestMs');
  });

  test('that is given up keeps what was written, and may be given up twice', async () => {
    using folder = new Folder();
    const segment = await folderAt(folder.path).begin(BEGIN_MS);
    await segment.write(packets(3));
    await segment.abandon();
    await segment.abandon();
    expect(namesIn(folder.path)).toEqual([NAME]);
    expect(statSync(folder.file(NAME)).size).toBe(3 * PACKET_BYTES);
  });

  test('that somebody removes is a failure that says so, and the next one begins', async () => {
    using folder = new Folder();
    const segments = folderAt(folder.path);
    const segment = await segments.begin(BEGIN_MS);
    await segment.write(packets(3));
    rmSync(segment.path);
    const failure = (await linkErrorOf(segment.write(packets(1))))?.failure;
    expect(failure?.text).toBe('the segment that was being written was removed or renamed by somebody else');
    await segment.abandon();
    await record(segments, BEGIN_MS);
    expect(namesIn(folder.path)).toEqual([NAME]);
  });

  test('whose name somebody gives to another file is not finished by that name', async () => {
    using folder = new Folder();
    const segment = await folderAt(folder.path).begin(BEGIN_MS);
    await segment.write(packets(3));
    renameSync(segment.path, folder.file('moved'));
    writeFileSync(segment.path, 'foreign');
    expect(await failureOf(segment.finish())).toBe('file-other');
    await segment.abandon();
    expect(namesIn(folder.path)).toEqual([`${NAME}.part`, 'moved']);
    expect(readFileSync(segment.path, 'utf8')).toBe('foreign');
  });

  test('whose final name is taken while it is written gets the next one, and overwrites nothing', async () => {
    using folder = new Folder();
    const segment = await folderAt(folder.path).begin(BEGIN_MS);
    await segment.write(packets(3));
    writeFileSync(folder.file(NAME), 'other');
    writeFileSync(folder.file('imagestream-20261124T203301Z.ts.part'), 'in the making');
    await segment.finish();
    expect(namesIn(folder.path)).toEqual([
      NAME,
      'imagestream-20261124T203301Z.ts.part',
      'imagestream-20261124T203302Z.ts',
    ]);
    expect(readFileSync(folder.file(NAME), 'utf8')).toBe('other');
  });
});

describe('the name', () => {
  test('of one that begins in the same second is the next free one', async () => {
    using folder = new Folder();
    const segments = folderAt(folder.path);
    for (let count = 0; count < 3; count += 1) await record(segments, BEGIN_MS + count);
    expect(namesIn(folder.path)).toEqual([
      NAME,
      'imagestream-20261124T203301Z.ts',
      'imagestream-20261124T203302Z.ts',
    ]);
  });

  test('of one after the clock was set back collides with none', async () => {
    using folder = new Folder();
    const segments = folderAt(folder.path);
    for (let second = 0; second < 20; second += 1) await record(segments, BEGIN_MS + second * 1_000);
    for (let second = 0; second < 20; second += 1) await record(segments, BEGIN_MS + second * 1_000 + 1);
    expect(namesIn(folder.path).length).toBe(40);
    expect(segments.figures?.segments).toBe(40);
  });

  test('of one whose time is unknown is by the clock of the machine', async () => {
    using folder = new Folder();
    expect(await record(folderAt(folder.path), Number.NaN)).toBe(NAME);
  });

  test.each(['link', 'folder', 'pipe'])('is not taken from a %s that has it', async (kind) => {
    using folder = new Folder();
    const path = folder.file(`${NAME}.part`);
    if (kind === 'link') symlinkSync(folder.file('nowhere'), path);
    if (kind === 'folder') mkdirSync(path);
    if (kind === 'pipe') Bun.spawnSync(['mkfifo', path]);
    expect(await record(folderAt(folder.path), BEGIN_MS)).toBe('imagestream-20261124T203301Z.ts');
    expect(namesIn(folder.path)).not.toContain('nowhere');
    expect(lstatSync(path).isFile()).toBe(false);
  });
});

describe('the quota', () => {
  test('is kept at each moment, and the oldest go first', async () => {
    using folder = new Folder();
    const segments = folderAt(folder.path, { quotaBytes: 3 * SEGMENT_BYTES });
    for (let minute = 0; minute < 8; minute += 1) {
      const segment = await segments.begin(BEGIN_MS + minute * 60_000);
      for (let count = 0; count < 10; count += 1) {
        await segment.write(packets(1));
        expect(segments.figures?.sizeBytes).toBeLessThanOrEqual(3 * SEGMENT_BYTES);
      }
      await segment.finish();
    }
    expect(namesIn(folder.path)).toEqual(
      ['38', '39', '40'].map((minute) => `imagestream-20261124T20${minute}00Z.ts`),
    );
    expect(segments.figures).toMatchObject({ segments: 3, deletedSegments: 5 });
    expect(segments.figures?.oldestMs).toBe(BEGIN_MS + 5 * 60_000);
  });

  test('that is smaller than a segment does not end the one that is being written', async () => {
    using folder = new Folder();
    const segments = folderAt(folder.path, { quotaBytes: SEGMENT_BYTES });
    const names: string[] = [];
    for (let minute = 0; minute < 3; minute += 1) {
      names.push(await record(segments, BEGIN_MS + minute * 60_000, 25));
      expect(namesIn(folder.path)).toEqual(names.slice(-1));
    }
  });

  test('that was larger is reached in the end, with less at once than would hold up the video', async () => {
    using folder = new Folder();
    const large = folderAt(folder.path);
    for (let minute = 0; minute < 250; minute += 1) await record(large, BEGIN_MS + minute * 60_000);
    const segments = folderAt(folder.path, { quotaBytes: 10 * PACKET_BYTES });
    const segment = await segments.begin(BEGIN_MS + 1_000_000_000);
    expect(namesIn(folder.path).length).toBe(151);
    await segment.write(packets(1));
    await segment.write(packets(1));
    expect(namesIn(folder.path).length).toBe(9);
    await segment.finish();
  });

  test('does not take what was made after the clock was set back for the oldest', async () => {
    using folder = new Folder();
    const before = folderAt(folder.path);
    const old = [await record(before, BEGIN_MS, 10), await record(before, BEGIN_MS + 60_000, 10)];
    const segments = folderAt(folder.path, { quotaBytes: 4 * SEGMENT_BYTES });
    await segments.recover();
    const made: string[] = [];
    for (const offsetMs of [120_000, -3_600_000, -3_540_000, -7_200_000]) {
      made.push(await record(segments, BEGIN_MS + offsetMs, 10));
    }
    expect(namesIn(folder.path)).toEqual(made.toSorted());
    made.push(await record(segments, BEGIN_MS - 7_140_000, 10));
    expect(namesIn(folder.path)).toEqual(made.slice(1).toSorted());
    expect(namesIn(folder.path)).not.toContain(old[0] ?? '');
  });

  test('counts what another program is writing, as large as it is by now', async () => {
    using folder = new Folder();
    const segments = folderAt(folder.path);
    const other = await folderAt(folder.path).begin(BEGIN_MS);
    await record(segments, BEGIN_MS + 60_000, 10);
    await other.write(packets(5));
    await (await segments.begin(BEGIN_MS)).finish();
    expect(segments.figures).toMatchObject({ segments: 2, sizeBytes: 15 * PACKET_BYTES });
    await other.finish();
  });

  test('counts what is in the folder now, where another one has taken its place', async () => {
    using folder = new Folder();
    mkdirSync(folder.file('a'));
    const segments = folderAt(folder.file('a'));
    await record(segments, BEGIN_MS, 10);
    renameSync(folder.file('a'), folder.file('b'));
    mkdirSync(folder.file('a'));
    writeFileSync(folder.file(`a/${NAME}`), packets(3));
    await (await segments.begin(BEGIN_MS)).finish();
    expect(segments.figures).toMatchObject({ segments: 1, sizeBytes: 3 * PACKET_BYTES });
  });

  test('counts what another program made in the meantime', async () => {
    using folder = new Folder();
    const [one, other] = [0, 1].map(() => folderAt(folder.path, { quotaBytes: 2 * SEGMENT_BYTES }));
    if (!one || !other) throw new Error('no folders');
    await record(one, BEGIN_MS, 10);
    await record(other, BEGIN_MS + 1_000, 10);
    await record(one, BEGIN_MS + 2_000, 10);
    expect(namesIn(folder.path)).toEqual([
      'imagestream-20261124T203301Z.ts',
      'imagestream-20261124T203302Z.ts',
    ]);
  });
});
