import { describe, expect, test } from 'bun:test';
import * as v from 'valibot';
import { writerFindings, writerOf } from '../../src/cli/check-writer.ts';
import { destinationSchema } from '../../src/config/destination.ts';
import { loadLibsrt, type LoadedLibsrt } from '../../src/os/libsrt.ts';

const destination = (text: string) => v.parse(destinationSchema, text);

const loadNothing = () => Promise.reject<LoadedLibsrt>(new Error('loaded for nothing'));
const findNone = () => Promise.resolve(loadLibsrt(['/nowhere/libsrt.so.1']));

describe('who writes', () => {
  test.each([
    ['/var/video.ts', 'program'],
    ['udp://239.0.0.1:5000?ttl=4', 'program'],
    ['tcp://a:1', 'ffmpeg'],
    ['rist://a:1', 'ffmpeg'],
    ['srt://a:1?mode=rendezvous', 'ffmpeg'],
  ] as const)('to %s is the %s, without libsrt, of which nothing is said', async (text, kind) => {
    const writer = await writerOf(destination(text), loadNothing);
    expect(writer).toEqual({ kind });
    expect(writerFindings(writer, text)).toEqual([]);
  });

  test('to SRT where libsrt is missing is ffmpeg, and the package is named', async () => {
    for (const text of ['srt://a:1', 'srt://:1?mode=listener']) {
      const [finding, ...others] = writerFindings(await writerOf(destination(text), findNone), 'srt://a:1');
      expect(others).toEqual([]);
      expect(finding?.isGood).toBe(false);
      expect(finding?.text).toMatch(/libsrt1\.5-gnutls; until then ffmpeg writes to srt:\/\/a:1 itself$/);
    }
  });
});
