import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { parse, safeParse } from 'valibot';
import { destinationsSchema } from '../../src/config/destinations.ts';
import { faultsOfText } from '../../src/config/setting-reader.ts';

const destinations = (text: string) => parse(destinationsSchema, text);
const displays = (text: string) => destinations(text).map(({ display }) => display);
const list = (count: number) => Array.from({ length: count }, (_, index) => `srt://h:${index + 1}`).join(' ');
const faults = (text: string) => faultsOfText(destinationsSchema, text);

test('each is what it is alone, in their order', () => {
  expect(destinations('srt://a:1?passphrase=0123456789 udp://239.0.0.1:2 my file.ts')).toEqual([
    expect.objectContaining({
      kind: 'srt',
      display: 'srt://a:1',
      secretOptions: { passphrase: '0123456789' },
    }),
    expect.objectContaining({ kind: 'udp', display: 'udp://239.0.0.1:2' }),
    expect.objectContaining({ kind: 'file', url: 'my file.ts', display: 'my file.ts' }),
  ]);
});

test('those that are shown alike are told apart', () => {
  expect(displays('srt://h:1?streamid=a srt://h:2 srt://h:1?streamid=b srt://h:1?streamid=c')).toEqual([
    'srt://h:1',
    'srt://h:2',
    'srt://h:1 (2)',
    'srt://h:1 (3)',
  ]);
});

describe('faults', () => {
  test('of one alone are those of a destination', () => {
    expect(faults('srt://h')).toEqual(['must have a port from 1 to 65535, e.g. srt://video.example:9000']);
  });

  test('of several say which one they are about, all of them', () => {
    expect(faults('srt://h:1 srt://h:0?passphrase=short srt://h?mode=x')).toEqual([
      'destination 2, "srt://h:0", must have a port from 1 to 65535, e.g. srt://video.example:9000',
      'destination 2, "srt://h:0", must have a passphrase of 10 to 64 characters (it has 5), or none',
      'destination 3, "srt://h", must have a port from 1 to 65535, e.g. srt://video.example:9000',
      'destination 3, "srt://h", must have mode=caller, mode=listener or mode=rendezvous',
    ]);
  });

  const followed =
    'must not be followed by what may be a part of its passphrase or streamid: write + for a space there';

  test('are given of a secret with spaces, and nothing of it is taken for a file', () => {
    expect(faults('srt://h:1?passphrase=correct horse battery')).toEqual([expect.stringContaining(followed)]);
    expect(faults('udp://h:1 srt://h:1?passphrase=correct horse srt://h:2')).toEqual([
      expect.stringContaining(`destination 2, "srt://h:1", ${followed}`),
    ]);
  });

  test.each([
    ['srt://h:1 srt://h:1', 2, 1],
    ['srt://a:1 SRT://H:1?streamid=a srt://h:1?streamid=%61', 3, 2],
    ['udp://h:1 udp://H:1?ttl=16', 2, 1],
    ['a.ts srt://h:1 ./a.ts', 3, 1],
    ['/data/a.ts file:///data//a.ts', 2, 1],
  ])('of %s: the same one twice', (text, second, first) => {
    expect(faults(text)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^destination ${second}, ".*", must not be the same as destination ${first}: leave it out$`,
        ),
      ),
    ]);
  });

  test.each([
    ['srt://h:1 tcp://h:2', 'destination 2, "tcp://h:2", must stand alone: ffmpeg writes to it itself'],
    ['http://h/live?token=x srt://h:1', 'destination 1, "http://h/live", must stand alone: ffmpeg writes'],
    [
      'srt://h:1?mode=rendezvous a.ts',
      'destination 1, "srt://h:1", must stand alone: in mode=rendezvous ffmpeg writes',
    ],
    [
      'a.ts udp://h:1?bitrate=2000000',
      'destination 2, "udp://h:1", must stand alone: with these options ffmpeg writes',
    ],
  ])('of %s: what only ffmpeg can write to stands alone', (text, hint) => {
    expect(faults(text)).toEqual([expect.stringContaining(hint)]);
    expect(faults(text)[0]).toEndWith('so that the video does not come to this program');
  });

  test('are given of more than eight', () => {
    expect(destinations(list(8))).toHaveLength(8);
    expect(faults(list(9))).toEqual(['must be at most 8 destinations (these are 9)']);
  });

  test('are given of nothing but space, and of control characters', () => {
    expect(faults('\u00a0')).toEqual(['must have something beside spaces']);
    expect(faults('srt://h:1\tsrt://h:2')).toEqual([expect.stringContaining('one line')]);
  });
});

test('whatever is good is told apart by what is shown, and nothing of a passphrase is in what is shown', () => {
  const passphrase = fc.stringMatching(/^SECRET[ a-z0-9%+]{4,20}$/);
  const item = fc.oneof(
    fc.tuple(fc.constantFrom(1, 2), passphrase).map(([port, text]) => `srt://h:${port}?passphrase=${text}`),
    fc.constantFrom(
      'srt://h:1',
      'udp://h:1',
      'my file.ts',
      './a.ts',
      '/data/b.ts',
      'tcp://h:1',
      'srt://',
      'x',
    ),
  );
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 5 }), (items) => {
      const result = safeParse(destinationsSchema, items.join(' '));
      const words = result.success ? result.output.map(({ display }) => display) : faults(items.join(' '));
      expect(words.join('\n')).not.toContain('SECRET');
      if (result.success) expect(new Set(words).size).toBe(words.length);
      // What ffmpeg and every user of the machine may read.
      if (result.success) expect(result.output.map(({ url }) => url).join(' ')).not.toContain('SECRET');
    }),
    { numRuns: 3000 },
  );
});

describe('two that cannot both be had', () => {
  test('are listeners on one port, on every address or on the same one', () => {
    const fault =
      'destination 2, "srt://…", must not listen on the port of destination 1: give it another one';
    const listeners = (one: string, other: string) =>
      faults(`srt://${one}:9000?mode=listener srt://${other}:9000?mode=listener&latency=9000`);
    expect(listeners('', '')).toEqual([fault]);
    expect(listeners('127.0.0.1', '')).toEqual([fault]);
    expect(listeners('127.0.0.1', '127.0.0.2')).toEqual([]);
    expect(faults('srt://:9000?mode=listener srt://:9001?mode=listener srt://h:9000')).toEqual([]);
  });
});

test('a comma between two addresses is no part of a passphrase', () => {
  expect(faults('srt://h:1?passphrase=correct-horse,srt://h:2')).toEqual([
    'must have no address in its parameters: there is a space between two destinations (%3A stands for a colon)',
  ]);
});
