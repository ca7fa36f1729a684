import { expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import * as v from 'valibot';
import { outputFindings } from '../../src/cli/check-output.ts';
import { writersOf } from '../../src/cli/check-writer.ts';
import { destinationSchema } from '../../src/config/destination.ts';
import { loadLibsrt } from '../../src/os/libsrt.ts';
import { Folder } from '../support/folder.ts';

const findNone = () => Promise.resolve(loadLibsrt(['/nowhere/libsrt.so.1']));

/** What is found of each of the destinations on a machine without libsrt, `good: …` or `BAD: …`. */
async function found(texts: readonly string[], isToConnect = false): Promise<string[]> {
  const destinations = texts.map((text) => v.parse(destinationSchema, text));
  const written = await writersOf({ destinations, audio: 'none' }, findNone);
  const check = { env: {}, isToConnect, stop: new AbortController().signal };
  const lines: string[] = [];
  for await (const { isGood, text } of outputFindings(written, check))
    lines.push(`${isGood ? 'good' : 'BAD'}: ${text}`);
  return lines;
}

test('of one destination the findings are those of it alone', async () => {
  expect(await found(['udp://localhost:9000'])).toEqual([
    expect.stringMatching(/^good: the host localhost is known \(/),
  ]);
});

test('of several destinations each finding says which one it is about, in their order', async () => {
  using folder = new Folder();
  const missing = folder.file('missing/x.ts');
  expect(await found(['udp://localhost:9000', 'udp://localhost:9001', missing, '/dev/null'])).toEqual([
    expect.stringMatching(/^good: udp:\/\/localhost:9000: the host localhost is known \(/),
    expect.stringMatching(/^good: udp:\/\/localhost:9001: the host localhost is known \(/),
    `BAD: ${missing}: the folder ${folder.file('missing')} does not exist: make it, or check COSMOS_VIDEO_DESTINATION`,
    'good: /dev/null can be written',
  ]);
});

test('each is opened in turn, but for those of which it is known that they cannot be', async () => {
  using folder = new Folder();
  const [video, missing] = [folder.file('video.ts'), folder.file('missing/x.ts')];
  const nobody =
    /^BAD: .*libsrt.*; until then srt:\/\/127\.0\.0\.1:9 gets nothing, while the other outputs go on$/;
  expect(await found(['srt://127.0.0.1:9', 'udp://127.0.0.1:9', missing, video], true)).toEqual([
    expect.stringMatching(nobody),
    'good: udp://127.0.0.1:9 was opened',
    expect.stringMatching(/^BAD: .*missing does not exist/),
    `good: ${video} can be written`,
    `good: ${video}: a file in ${folder.path} was written and removed`,
  ]);
  expect(readdirSync(folder.path)).toEqual([]);
});
