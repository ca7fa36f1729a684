import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { parse } from 'valibot';
import { destinationSchema } from '../../src/config/destination.ts';
import { redact, redactionsFor } from '../../src/config/redact.ts';

test('every spelling of a secret is replaced', () => {
  const secrets = ['pass word/é'];
  expect(redact('<pass word/é> <pass+word%2Fé> <pass%20word%2f%C3%a9> <%70ass word/é>', secrets)).toBe(
    '<…> <…> <…> <…>',
  );
});

test('secrets within and across each other leave nothing', () => {
  expect(redact('x abcdef y', ['abc', 'abcdef', 'cd'])).toBe('x … y');
  expect(redact('abcd', ['abc', 'bcd'])).toBe('…');
  expect(redact('aaa b', ['aa'])).toBe('… b');
  expect(redact('ab', ['a', 'b'])).toBe('…');
});

test('empty secrets and secrets that do not occur change nothing', () => {
  expect(redact('text (with) [all] .*', ['', 'secret'])).toBe('text (with) [all] .*');
  expect(redact('', ['a'])).toBe('');
});

test('characters with a meaning in patterns are taken as they are', () => {
  expect(redact('a.c abc a+c a c', ['a.c'])).toBe('… abc a+c a c');
  expect(redact('^$(x)[y]{2}\\d|', ['^$(x)[y]{2}\\d|'])).toBe('…');
});

test('an address loses its user, password and query even where they are not known as secrets', () => {
  expect(redact('open srt://h:1?passphrase=0123456789: refused', [])).toBe('open srt://h:1… refused');
  expect(redact('redis://user:pw@h:6379/0', [])).toBe('redis://…h:6379/0');
  expect(redact('srt://h:1 is fine', [])).toBe('srt://h:1 is fine');
});

describe('what must not reach a log', () => {
  test('of an SRT address: its secrets and its query', () => {
    const destination = parse(destinationSchema, 'srt://h:1?passphrase=0123456%2089&mode=caller');
    expect(redactionsFor(destination, 'redis pw').toSorted()).toEqual([
      '0123456 89',
      '?mode=caller',
      'redis pw',
    ]);
    const log = 'Connection to srt://h:1?mode=caller failed: 0123456%2089, 0123456+89, AUTH redis pw';
    expect(redact(log, redactionsFor(destination, 'redis pw'))).toBe(
      'Connection to srt://h:1… failed: …, …, AUTH …',
    );
  });

  test('of another address: user and password, as written and decoded', () => {
    const destination = parse(destinationSchema, 'https://user:p%40ss@h/live');
    expect(redact('user:p%40ss user:p@ss', redactionsFor(destination))).toBe('… …');
  });

  test('no short ones, which ordinary words contain, but those are taken out behind their names', () => {
    const destination = parse(destinationSchema, 'srt://h:1?streamid=live');
    const secrets = redactionsFor(destination, 'pw');
    expect(secrets).toEqual([]);
    expect(redact("live: Invalid line 'streamid=live' parsed as 'streamid' = 'live'", secrets)).toBe(
      "live: Invalid line 'streamid=…' parsed as 'streamid' = '…'",
    );
  });

  test('nothing where there is nothing to hide', () => {
    expect(redactionsFor(parse(destinationSchema, 'out.ts'))).toEqual([]);
    expect(redactionsFor(parse(destinationSchema, 'udp://h:1'), '')).toEqual([]);
  });
});

test('no secret is left, whatever the text and the secrets', () => {
  const anyText = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('a', 'b', '%', '+', ' ', '6', '1') }),
  );
  const anySecret = anyText.filter((secret) => secret !== '' && !secret.includes('…'));
  fc.assert(
    fc.property(
      anyText,
      anyText,
      fc.array(anySecret, { minLength: 1, maxLength: 4 }),
      (before, after, secrets) => {
        const [secret = ''] = secrets;
        for (const spelling of [secret, encodeURIComponent(secret.toWellFormed())]) {
          const result = redact(before + spelling + after, secrets);
          for (const each of secrets) expect(result).not.toContain(each);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
