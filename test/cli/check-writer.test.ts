import { describe, expect, test } from 'bun:test';
import * as v from 'valibot';
import { writerFindings, writersOf, type Writer } from '../../src/cli/check-writer.ts';
import type { OutputSettings } from '../../src/config/config.ts';
import { destinationSchema } from '../../src/config/destination.ts';
import { loadLibsrt, type LoadedLibsrt } from '../../src/os/libsrt.ts';

const RECORD = { folder: 'recordings', when: 'always', segmentMs: 60_000 } as const;

const loadNothing = () => Promise.reject<LoadedLibsrt>(new Error('loaded for nothing'));
const findNone = () => Promise.resolve(loadLibsrt(['/nowhere/libsrt.so.1']));

function outputTo(texts: readonly string[], more: Partial<OutputSettings> = {}): OutputSettings {
  return { destinations: texts.map((text) => v.parse(destinationSchema, text)), audio: 'none', ...more };
}

async function writers(output: OutputSettings, load: () => Promise<LoadedLibsrt>): Promise<Writer[]> {
  return (await writersOf(output, load)).map(({ writer }) => writer);
}

/** What is said of each, where libsrt is missing. */
async function said(output: OutputSettings): Promise<string[]> {
  const written = await writersOf(output, findNone);
  const findings = written.flatMap(({ writer, destination }) => writerFindings(writer, destination.display));
  return findings.map(({ isGood, text }) => `${isGood ? 'good' : 'BAD'}: ${text}`);
}

describe('who writes', () => {
  test.each([
    ['/var/video.ts', 'program'],
    ['udp://239.0.0.1:5000?ttl=4', 'program'],
    ['tcp://a:1', 'ffmpeg'],
    ['rist://a:1', 'ffmpeg'],
    ['srt://a:1?mode=rendezvous', 'ffmpeg'],
  ] as const)('to %s is the %s, without libsrt, of which nothing is said', async (text, kind) => {
    const output = outputTo([text]);
    expect(await writers(output, loadNothing)).toEqual([{ kind }]);
    expect(await said(output)).toEqual([]);
  });

  test('to SRT where libsrt is missing is ffmpeg, and the package is named', async () => {
    for (const text of ['srt://a:1', 'srt://:1?mode=listener']) {
      const [finding, ...others] = await said(outputTo([text]));
      expect(others).toEqual([]);
      expect(finding).toMatch(/^BAD: .*libsrt1\.5-gnutls; until then ffmpeg writes to srt:\/\/\S*:1 itself$/);
    }
  });

  test('to SRT where libsrt is missing is nobody beside other outputs, which go on', async () => {
    const words =
      /^BAD: .*libsrt1\.5-gnutls; until then srt:\/\/a:1 gets nothing, while the other outputs go on$/;
    for (const output of [
      outputTo(['srt://a:1', 'udp://239.0.0.1:1']),
      outputTo(['srt://a:1'], { record: RECORD }),
    ]) {
      expect(await said(output)).toEqual([expect.stringMatching(words)]);
    }
    const both = await said(outputTo(['srt://a:1', '/var/video.ts', 'srt://b:1']));
    expect(both.map((text) => /then (\S+) gets/.exec(text)?.[1])).toEqual(['srt://a:1', 'srt://b:1']);
  });

  test('to SRT where libsrt is missing is nobody where a silent track is to go with the video', async () => {
    expect(await said(outputTo(['srt://a:1'], { audio: 'silent' }))).toEqual([
      expect.stringMatching(/^BAD: .*; until then srt:\/\/a:1 gets nothing$/),
    ]);
  });

  test('to several is each by itself, and libsrt is looked for once', async () => {
    let loads = 0;
    const load = () => {
      loads += 1;
      return findNone();
    };
    const found = await writers(outputTo(['srt://a:1', '/var/video.ts', 'srt://b:1']), load);
    expect(found.map(({ kind }) => kind)).toEqual(['nobody', 'program', 'nobody']);
    expect(loads).toBe(1);
  });

  test('is not asked where only a recorder gets the video', async () => {
    expect(await writers(outputTo([], { record: RECORD }), loadNothing)).toEqual([]);
  });
});
