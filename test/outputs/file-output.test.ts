import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { systemClock } from '../../src/base/clock.ts';
import { LinkError } from '../../src/base/errors.ts';
import { PACKET_BYTES } from '../../src/mpegts/packet.ts';
import type { Carrier } from '../../src/outputs/carrier.ts';
import { fileOutput } from '../../src/outputs/file-output.ts';
import { Folder } from '../support/folder.ts';
import { until } from '../support/until.ts';

const BUFFERS_BYTES = 2 * 1024 * 1024;

function packets(count: number, fill = 0x47): Uint8Array {
  return new Uint8Array(count * PACKET_BYTES).fill(fill);
}

async function open(path: string, shown: string[] = []): Promise<Carrier> {
  const onPlace = (place: string) => void shown.push(place);
  const opening = fileOutput({ destination: { url: path, display: path }, clock: systemClock, onPlace });
  return opening(new AbortController().signal);
}

/** The code of the failure that the carrier comes to. */
async function failureOf(carrier: Carrier): Promise<string> {
  let code = '';
  await until(async () => {
    try {
      carrier.look();
      return false;
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      code = error.failure.code;
      return true;
    }
  }, 'failure');
  return code;
}

describe('a file', () => {
  test('has all that was sent when it is finished, in order, whatever happens to the memory it was in', async () => {
    using folder = new Folder();
    const carrier = await open(folder.file('out.ts'));
    const expected: Uint8Array[] = [];
    for (let index = 0; index < 200; index += 1) {
      const bytes = packets(1 + (index % 40), index);
      expected.push(bytes.slice());
      expect(carrier.send(bytes)).toBe(bytes.length);
      bytes.fill(0xff);
      if (index % 30 === 0) await Bun.sleep(0);
    }
    await carrier.finish(10_000);
    expect(readFileSync(folder.file('out.ts')).equals(Buffer.concat(expected))).toBe(true);
    expect(carrier.unconfirmedMs).toBe(0);
  });

  test('is written while it goes on', async () => {
    using folder = new Folder();
    const carrier = await open(folder.file('out.ts'));
    carrier.send(packets(10));
    await until(async () => readFileSync(folder.file('out.ts')).length === 10 * PACKET_BYTES, 'packets');
    carrier.close();
  });

  test('takes no more than fits into its memory, in whole packets', async () => {
    using folder = new Folder();
    const carrier = await open(folder.file('out.ts'));
    const bytes = packets(4_000);
    let takenBytes = 0;
    for (let count = 0; count < 20; count += 1) {
      const taken = carrier.send(bytes);
      expect(taken % PACKET_BYTES).toBe(0);
      takenBytes += taken;
    }
    expect(takenBytes).toBeLessThanOrEqual(BUFFERS_BYTES);
    expect(takenBytes).toBeGreaterThan(BUFFERS_BYTES / 4);
    await carrier.finish(10_000);
    expect(readFileSync(folder.file('out.ts')).length).toBe(takenBytes);
  });

  test('is told of each time it is opened, and each time it is another one', async () => {
    using folder = new Folder();
    const shown: string[] = [];
    for (let opening = 0; opening < 2; opening += 1) {
      const carrier = await open(folder.file('out.ts'), shown);
      carrier.send(packets(1));
      await carrier.finish(10_000);
    }
    expect(shown).toEqual([folder.file('out.ts'), folder.file('out-2.ts')]);
  });

  test('that nothing was written into is not left behind', async () => {
    using folder = new Folder();
    const carrier = await open(folder.file('out.ts'));
    carrier.close();
    carrier.close();
    await until(async () => readdirSync(folder.path).length === 0, 'removal');
  });

  test('that was opened too late is given back', async () => {
    using folder = new Folder();
    const path = folder.file('out.ts');
    const opening = fileOutput({
      destination: { url: path, display: path },
      clock: systemClock,
      onPlace: () => {},
    });
    const given = new AbortController();
    const opened = opening(given.signal);
    given.abort(new Error('given up'));
    expect(opened).rejects.toThrow('given up');
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe('a disk', () => {
  test('that is full is a failure in words, which stays', async () => {
    const carrier = await open('/dev/full');
    carrier.send(packets(3));
    expect(await failureOf(carrier)).toBe('file-disk-full');
    expect(() => carrier.send(packets(1))).toThrow('the disk is full');
    // What was not written is still not written.
    expect(carrier.unconfirmedMs).toBeGreaterThan(0);
    carrier.close();
  });

  test('that is full does not hold up the end', async () => {
    const carrier = await open('/dev/full');
    carrier.send(packets(3));
    await carrier.finish(5_000);
  });
});
