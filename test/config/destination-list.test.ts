import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { listItems, shownItems, shownList } from '../../src/config/destination-list.ts';

const texts = (text: string) => listItems(text).map((item) => item.text);

describe('a text becomes destinations', () => {
  test.each<[string, string[]]>([
    ['srt://a:1 srt://b:2', ['srt://a:1', 'srt://b:2']],
    ['  srt://a:1 \u00a0 udp://b:2 ', ['srt://a:1', 'udp://b:2']],
    ['srt://a:1 out.ts', ['srt://a:1', 'out.ts']],
    ['srt://a:1?mode=listener&latency=5 out.ts', ['srt://a:1?mode=listener&latency=5', 'out.ts']],
    ['udp://239.0.0.1:1?ttl=2 out.ts srt://b:2', ['udp://239.0.0.1:1?ttl=2', 'out.ts', 'srt://b:2']],
    ['srt://a:1?streamid=x srt://b:2?passphrase=y', ['srt://a:1?streamid=x', 'srt://b:2?passphrase=y']],
    ['srt://a:1?streamid=x /data/out.ts', ['srt://a:1?streamid=x', '/data/out.ts']],
    ['srt://a:1?streamid=x ./out.ts', ['srt://a:1?streamid=x', './out.ts']],
    ['srt://a:1?streamid=x file:out.ts', ['srt://a:1?streamid=x', 'file:out.ts']],
    ['SRT://a:1 FILE:///b.ts', ['SRT://a:1', 'FILE:///b.ts']],
    ['', []],
    [' ', []],
  ])('%j: %j', (text, items) => {
    expect(texts(text)).toEqual(items);
    expect(listItems(text).some(({ isFollowedByText }) => isFollowedByText)).toBe(false);
  });

  test.each<[string, string[]]>([
    ['out put.ts', ['out put.ts']],
    ['a  b c.ts', ['a  b c.ts']],
    ['my file.ts ./second one.ts /third', ['my file.ts', './second one.ts', '/third']],
    ['srt://a:1 my file.ts', ['srt://a:1', 'my file.ts']],
    ['/data/my file.ts srt://a:1', ['/data/my file.ts', 'srt://a:1']],
    ['/data/x://y', ['/data/x://y']],
  ])('behind a file what begins nothing belongs to its path: %j: %j', (text, items) => {
    expect(texts(text)).toEqual(items);
  });

  test('their kinds', () => {
    expect(listItems('srt://a:1 foo://b x file:///c /d ./e').map(({ kind }) => kind)).toEqual([
      'address',
      'address',
      'file',
      'file',
      'file',
      'file',
    ]);
  });
});

test.each([
  'srt://h:1?passphrase=correct horse',
  'srt://h:1?streamid=a b c',
  'srt://h:1?PassPhrase=a b',
  'srt://h:1?pasphrase=a b',
  'srt://h:1?unknown=a b',
  'srt://h:1&passphrase=a b',
  'srt://h:1/x b',
  'srt://user:pass word@h:1',
  'srt://user:123 word@h:1',
  'srt://u:p@h:1 b',
  'udp://user:123 word@h:1',
  'https://h/?token=a b',
  'rist://h:1?secret=a b',
])('of %s the rest is neither a file nor lost', (text) => {
  const items = listItems(text);
  expect(items).toHaveLength(1);
  expect(items[0]?.isFollowedByText).toBe(true);
});

describe('what may be shown', () => {
  test.each([
    ['srt://a:1 srt://b:2', 'srt://a:1 srt://b:2'],
    ['srt://a:1?streamid=x srt://b:2?streamid=y', 'srt://a:1 srt://b:2'],
    ['srt://a:1?streamid=x srt://b', 'srt://a:1 srt://b'],
    ['srt://a:1?streamid=x srt://b:x', 'srt://a:1 srt://…'],
    ['srt://a:1?streamid=x x://b:1 y', 'srt://a:1 … …'],
    ['srt://a:1 out.ts', 'srt://a:1 out.ts'],
    ['/data/out.ts srt://a:1?streamid=x', '/data/out.ts srt://a:1'],
    ['srt://a:1?streamid=x /data/out.ts', 'srt://a:1 …'],
    ['srt://h:1?passphrase=correct horse', 'srt://h:1 …'],
    ['srt://user:pass word@h:1', 'srt://… …'],
    ['http://user:pass ./word@h:1', 'http://… h:1'],
    ['http://user:pass srt://word@h:1', 'http://… srt://h:1'],
    ['srt://h:1?streamid=u@x&passphrase=y', 'srt://…'],
    ['user:SECRET@h:9000', 'h:9000'],
  ])('of %j: %j', (text, shown) => {
    expect(shownList(text)).toBe(shown);
  });

  test('of each destination, in their order', () => {
    expect(shownItems('srt://a:1?streamid=x ./y srt://b:2')).toEqual(['srt://a:1', '…', 'srt://b:2']);
    expect(shownItems('')).toEqual([]);
  });
});

/** Words with a mark that can be looked for, so that a part of a secret is found wherever it shows. */
const word = fc
  .tuple(
    fc.stringMatching(/^(?:|\.|\.?\/|x:\/\/|file:|@|[?&#;:=]|-)$/),
    fc.stringMatching(/^[a-z0-9@/?&.:=+-]{0,6}$/),
  )
  .map(([start, end]) => `${start}SECRET${end}`);
const secret = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
const before = fc.constantFrom('', 'srt://a:1 ', 'udp://239.0.0.1:1?ttl=2 ', './a.ts ');
const after = fc.constantFrom(
  '',
  '&mode=caller',
  ' srt://b:2',
  ' /b.ts',
  ' b.ts',
  ' srt://b:2?streamid=x&passphrase=SECRET',
);

test('no part of a passphrase or streamid ever shows, whatever it has in it', () => {
  const name = fc.constantFrom('passphrase', 'streamid', 'PASSPHRASE', 'pasphrase', 'pass');
  fc.assert(
    fc.property(before, name, secret, after, (start, parameter, value, end) => {
      const text = `${start}srt://h:1?${parameter}=${value}${end}`;
      expect(shownList(text)).not.toContain('SECRET');
      expect(shownItems(text).join(' ')).not.toContain('SECRET');
    }),
    { numRuns: 5000 },
  );
});

test('the end of a password that looks like the beginning of an address does not show', () => {
  expect(shownList('srt://user::SECRET .SECRET://@h:1')).toBe('srt://… …');
});

test('no part of a user and password ever shows, whatever they have in them', () => {
  const scheme = fc.constantFrom('srt', 'http', 'https', 'udp', 'tcp');
  fc.assert(
    fc.property(before, scheme, secret, after, (start, name, value, end) => {
      const text = `${start}${name}://user:${value}@h:1${end}`;
      expect(shownList(text)).not.toContain('SECRET');
    }),
    { numRuns: 5000 },
  );
});

test('every word is in one item or behind one', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.constantFrom('srt://a:1', './b', 'c'))), (words) => {
      const items = listItems(words.join(' '));
      expect(items.length).toBeLessThanOrEqual(words.length);
      const found = items.flatMap(({ text }) => text.split(' '));
      if (items.every(({ isFollowedByText }) => !isFollowedByText)) expect(found).toEqual(words);
    }),
  );
});
