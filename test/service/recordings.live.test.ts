import { expect, test } from 'bun:test';
import { parseConfig } from '../../src/config/parse-config.ts';
import { Recordings } from '../../src/service/recordings.ts';
import { MountedDisk, noMountReason } from '../outputs/recorder/mounted-disk.ts';
import { BEGIN_MS, failureOf, namesIn, packets } from '../outputs/recorder/segment-stage.ts';

const TMPFS = { kind: 'tmpfs', sizeBytes: 50_000_000 } as const;

test.skipIf(noMountReason(TMPFS) !== undefined)(
  'a disk that is away while the settings are read again is missed as before, and nothing is written below',
  async () => {
    using disk = new MountedDisk(TMPFS);
    const recordings = new Recordings(() => {});
    const read = (quota: string) => {
      const variables = { COSMOS_VIDEO_RECORD: disk.path, COSMOS_VIDEO_RECORD_QUOTA: quota };
      recordings.configure(parseConfig(variables, {}).config);
    };
    read('40M');
    const segment = await recordings.folder.begin(BEGIN_MS);
    await segment.write(packets(1));
    await segment.finish();
    disk.pull();
    read('30M');
    expect(await failureOf(recordings.folder.begin(BEGIN_MS))).toBe('file-not-mounted');
    expect(namesIn(disk.path)).toEqual([]);
  },
);
