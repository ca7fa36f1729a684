import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { parse } from 'valibot';
import type { Destination } from '../../src/config/config.ts';
import { destinationsSchema } from '../../src/config/destinations.ts';
import { redactor } from '../../src/config/redact.ts';

/** The text as it is shown where these are secret. */
function redacted(text: string, secrets: readonly string[]): string {
  const [password, ...options] = secrets;
  const destination: Destination = {
    kind: 'srt',
    url: 'srt://h:1',
    display: 'srt://h:1',
    secretOptions: Object.fromEntries(options.map((secret, index) => [`option${index}`, secret])),
    srt: { mode: 'caller', host: 'h', port: 1, options: [] },
  };
  return redactor(password, [destination])(text);
}

const redactorFor = (address: string, password?: string) =>
  redactor(password, parse(destinationsSchema, address));

function anyText(minLength: number): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ minLength }),
    fc.string({ unit: 'binary', minLength }),
    fc.string({ unit: fc.constantFrom('a', 'b', '%', '+', ' ', '6', '1'), minLength }),
  );
}

test('every spelling of a secret is replaced', () => {
  const secrets = ['pass word/é'];
  expect(redacted('<pass word/é> <pass+word%2Fé> <pass%20word%2f%C3%a9> <%70ass word/é>', secrets)).toBe(
    '<…> <…> <…> <…>',
  );
});

test('secrets within and across each other leave nothing', () => {
  expect(redacted('x abcdefghi y', ['abcdef', 'abcdefghi', 'cdefgh'])).toBe('x … y');
  expect(redacted('abcdefgh', ['abcdef', 'cdefgh'])).toBe('…');
  expect(redacted('aaaaaaa b', ['aaaaaa'])).toBe('… b');
  expect(redacted('abcdefghijkl', ['abcdef', 'ghijkl'])).toBe('…');
});

test('empty secrets and secrets that do not occur change nothing', () => {
  expect(redacted('text (with) [all] .*', ['', 'secret', ''])).toBe('text (with) [all] .*');
  expect(redacted('', ['secret'])).toBe('');
});

test('characters with a meaning in patterns are taken as they are', () => {
  expect(redacted('abc.c* abccc* abc+c* abc c*', ['abc.c*'])).toBe('… abccc* abc+c* abc c*');
  expect(redacted('^$(x)[y]{2}\\d|', ['^$(x)[y]{2}\\d|'])).toBe('…');
});

test('an address loses its user, password and query even where they are not known as secrets', () => {
  const redact = redactor(undefined);
  expect(redact('open srt://h:1?passphrase=0123456789: refused')).toBe('open srt://h:1… refused');
  expect(redact('redis://user:pw@h:6379/0')).toBe('redis://…h:6379/0');
  expect(redact('srt://h:1 is fine')).toBe('srt://h:1 is fine');
});

describe('what must not reach a log', () => {
  test('of an SRT address: its secrets and its query', () => {
    const redact = redactorFor('srt://h:1?passphrase=0123456%2089&mode=caller', 'redis pw');
    expect(redact('0123456 89, ?mode=caller, redis pw')).toBe('…, …, …');
    expect(
      redact('Connection to srt://h:1?mode=caller failed: 0123456%2089, 0123456+89, AUTH redis pw'),
    ).toBe('Connection to srt://h:1… failed: …, …, AUTH …');
  });

  test('of several destinations: the secrets of each', () => {
    const redact = redactorFor('srt://h:1?passphrase=0123456789 srt://h:2?streamid=publish/camera');
    expect(redact('0123456789 publish/camera publish%2Fcamera')).toBe('… … …');
  });

  test('of another address: user and password, as written and decoded', () => {
    const redact = redactorFor('https://user:p%40sswd@h/live');
    expect(redact('user:p%40sswd user:p@sswd p%40sswd p@sswd')).toBe('… … … …');
  });

  test('of another address: the header by which they log in', () => {
    const header = 'Authorization: Basic dXNlcjpwQHNzd2Q=';
    const redact = redactorFor('https://user:p%40sswd@h/live');
    expect(redact(`Invalid line 'headers=${header}', dXNlcjpwQHNzd2Q=`)).toBe("Invalid line 'headers=…', …");
    expect(redactor(undefined)(`${header}, and no more`)).toBe('Authorization: Basic … and no more');
  });

  test('of rist://: its secret, also a short one behind its name', () => {
    const redact = redactorFor('rist://h:1?secret=longer&aes-type=128');
    expect(redact("longer, 'secret' = 'short', secret=short")).toBe("…, 'secret' = '…', secret=…");
  });

  test('of Redis alone, where there is no destination', () => {
    expect(redactor('redis pw')('AUTH redis pw, redis+pw')).toBe('AUTH …, …');
  });

  test('no short ones, which ordinary words contain, but those are taken out behind their names', () => {
    const text = "pw live: Invalid line 'streamid=live' parsed as 'streamid' = 'live'";
    const shown = "pw live: Invalid line 'streamid=…' parsed as 'streamid' = '…'";
    expect(redactorFor('srt://h:1?streamid=live', 'pw')(text)).toBe(shown);
    expect(redactor('pw')(text)).toBe(shown);
  });

  test('nothing where there is nothing to hide', () => {
    expect(redactorFor('out.ts')('out.ts is written')).toBe('out.ts is written');
    expect(redactorFor('udp://h:1', '')('udp://h:1 is open')).toBe('udp://h:1 is open');
  });
});

test('no secret is left, whatever the text and the secrets', () => {
  const anySecret = anyText(6).filter((secret) => !secret.includes('…'));
  fc.assert(
    fc.property(
      anyText(0),
      anyText(0),
      fc.array(anySecret, { minLength: 1, maxLength: 4 }),
      (before, after, secrets) => {
        const [secret = ''] = secrets;
        for (const spelling of [secret, encodeURIComponent(secret.toWellFormed())]) {
          const result = redacted(before + spelling + after, secrets);
          for (const each of secrets) expect(result).not.toContain(each);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
