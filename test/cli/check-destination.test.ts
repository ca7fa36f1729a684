import { describe, expect, test } from 'bun:test';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import { destinationFindings } from '../../src/cli/check-destination.ts';
import { destinationSchema } from '../../src/config/destination.ts';
import { Folder } from '../support/folder.ts';

/** What is found, `good: …` or `BAD: …`. */
async function findings(text: string): Promise<string[]> {
  const found = await destinationFindings(v.parse(destinationSchema, text));
  return found.map((finding) => `${finding.isGood ? 'good' : 'BAD'}: ${finding.text}`);
}

describe('a file as destination', () => {
  test('is good where it can be made, whether one is there or not', async () => {
    using folder = new Folder();
    writeFileSync(folder.file('empty.ts'), '');
    writeFileSync(folder.file('full.ts'), 'a recording');
    for (const name of ['new.ts', 'empty.ts', 'full.ts']) {
      expect(await findings(folder.file(name))).toEqual([`good: ${folder.file(name)} can be written`]);
      expect(await findings(`file:${folder.file(name)}`)).toHaveLength(1);
    }
    expect(await findings('/dev/null')).toEqual(['good: /dev/null can be written']);
  });

  test('is bad in a folder that does not exist', async () => {
    using folder = new Folder();
    expect(await findings(folder.file('no/such/x.ts'))).toEqual([
      `BAD: the folder ${folder.file('no/such')} does not exist: make it, or check COSMOS_VIDEO_DESTINATION`,
    ]);
  });

  test('is bad where it is a folder itself, or below a file', async () => {
    using folder = new Folder();
    mkdirSync(folder.file('videos'));
    writeFileSync(folder.file('file'), '');
    expect((await findings(folder.file('videos')))[0]).toMatch(
      /^BAD: .* is a folder: .*\/videos\/video\.ts$/,
    );
    expect((await findings(folder.file('videos/')))[0]).toMatch(
      /^BAD: .* is a folder: .*\/videos\/video\.ts$/,
    );
    expect((await findings(folder.file('file/x.ts')))[0]).toMatch(/^BAD: .*\/file is no folder/);
  });

  test('is bad where it cannot even be looked at', async () => {
    using folder = new Folder();
    symlinkSync(folder.file('loop'), folder.file('loop'));
    expect((await findings(folder.file('loop')))[0]).toMatch(
      /^BAD: .*loop cannot be looked at: ELOOP; check/,
    );
  });
});

describe('a host as destination', () => {
  test('is good where its name is known', async () => {
    expect((await findings('srt://localhost:9000'))[0]).toStartWith('good: the host localhost is known (');
  });

  // RFC 6761: no resolver knows a name below `invalid`.
  test.each(['srt', 'udp', 'tcp', 'http'])('of %s:// is bad where its name is not known', async (scheme) => {
    expect(await findings(`${scheme}://no-such-host.invalid:9000`)).toEqual([
      'BAD: the host no-such-host.invalid is not known: check the name in COSMOS_VIDEO_DESTINATION, and the DNS',
    ]);
  });

  test('that is an address, or a listener without one, needs no name', async () => {
    for (const text of ['srt://127.0.0.1:9000', 'udp://[::1]:9000', 'srt://:9000?mode=listener']) {
      expect(await findings(text)).toEqual([]);
    }
  });
});
