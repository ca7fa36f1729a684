import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { parse } from 'valibot';
import { openSecretNames } from '../../src/config/address-secrets.ts';
import { splitAddress } from '../../src/config/address.ts';
import { destinationSchema } from '../../src/config/destination.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { faultsOfText } from '../../src/config/setting-reader.ts';

const destination = (text: string) => parse(destinationSchema, text);
const faults = (text: string) => faultsOfText(destinationSchema, text);
const basic = (login: string) => ({
  headers: `Authorization: Basic ${Buffer.from(login).toString('base64')}`,
});

describe('user and password of http:// and https://', () => {
  test('leave the address and become a header', () => {
    expect(destination('https://camera:pass@h/live?token=t')).toEqual({
      kind: 'url',
      url: 'https://h/live?token=t',
      display: 'https://h/live',
      secretOptions: { headers: 'Authorization: Basic Y2FtZXJhOnBhc3M=' },
    });
  });

  test.each([
    ['user', 'user:'],
    ['user:', 'user:'],
    [':password', ':password'],
    ['user:pass:word', 'user:pass:word'],
    ['u%3Aser:p%40ss%2Fword%25', 'u:ser:p@ss/word%'],
    ['user:a+b%zz', 'user:a+b%zz'],
    ['us@er:pass', 'us@er:pass'],
    ['us%C3%A9r:päss', 'usér:päss'],
  ])('%s are the login %s', (userInfo, login) => {
    const { url, secretOptions } = destination(`http://${userInfo}@h:8080/live`);
    expect(url).toBe('http://h:8080/live');
    expect(secretOptions).toEqual(basic(login));
  });

  test('may be any bytes', () => {
    const { headers = '' } = destination('http://u:%FF%00@h/').secretOptions;
    expect([...Buffer.from(headers.replace('Authorization: Basic ', ''), 'base64')]).toEqual([
      0x75, 0x3a, 0xff, 0,
    ]);
  });

  test('must fit into a line of the option file of ffmpeg', () => {
    const longest = destination(`http://u:${'p'.repeat(698)}@h/`).secretOptions['headers'] ?? '';
    expect(`headers=${longest}\n`.length).toBeLessThan(1000);
    expect(faults(`http://u:${'p'.repeat(699)}@h/`)).toEqual([
      'must have user and password of 700 characters at the most (they have 701)',
    ]);
  });

  test('have no way into what is shown or into the arguments, whatever they are', () => {
    const part = fc.string({ minLength: 4, maxLength: 20 });
    fc.assert(
      fc.property(part, part, (user, password) => {
        const login = [user, password].map((text) => encodeURIComponent(text)).join(':');
        expect(destination(`https://${login}@h/live`)).toEqual({
          kind: 'url',
          url: 'https://h/live',
          display: 'https://h/live',
          secretOptions: basic(`${user}:${password}`),
        });
      }),
    );
  });
});

describe('the secret of rist://', () => {
  test.each<[string, string, Readonly<Record<string, string>>]>([
    ['secret=a%20b+c&buffer=500', 'buffer=500', { secret: 'a%20b+c' }],
    ['aes-type=128&secret=a=b', '', { secret: 'a=b', encryption: '128' }],
    ['secret=abc&cname=x&aes-type=256', 'cname=x', { secret: 'abc', encryption: '256' }],
    ['secret=abc&aes-type=192', 'aes-type=192', { secret: 'abc' }],
    ['secret=abc&secret=def', '', { secret: 'def' }],
    ['secret=&aes-type=128', 'aes-type=128', {}],
    ['aes-type=128', 'aes-type=128', {}],
  ])('%s: leaves %s', (query, left, secretOptions) => {
    const url = left === '' ? 'rist://h:1' : `rist://h:1?${left}`;
    expect(destination(`rist://h:1?${query}`)).toEqual({
      kind: 'url',
      url,
      display: 'rist://h:1',
      secretOptions,
    });
  });

  test('must not be one that librist would cut off', () => {
    expect(faults(`rist://h:1?secret=${'s'.repeat(127)}`)).toEqual([]);
    expect(faults(`rist://h:1?secret=${'s'.repeat(128)}`)).toEqual([
      'must have a secret of 127 characters at the most (it has 128)',
    ]);
  });
});

describe('user and password that mean nothing', () => {
  test.each([
    ['tcp', 'tcp:// has no use for them'],
    ['tls', 'tls:// has no use for them'],
    ['udp', 'udp:// has no use for them'],
    ['rist', 'rist:// has secret=… instead'],
  ])('are refused in %s://: %s', (scheme, reason) => {
    expect(faults(`${scheme}://user:SECRET@h:1`)).toEqual([`must have no user and password: ${reason}`]);
  });
});

describe('what looks like a secret and has no other way than the arguments', () => {
  test.each<[string, string[]]>([
    ['https://h/?token=t&camera=1&access_token=t&Api-Key=k&token=u', ['token', 'access_token', 'Api-Key']],
    ['http://user:p@h/live', []],
    ['http://h/?tokens=3&keyframe=1&monkey=2&token', []],
    ['rist://h:1?username=u&password=p&secret=s', ['password']],
    ['tls://h:1?key=/etc/key.pem&cert=/etc/cert.pem', []],
    ['tcp://h:1?password=p', ['password']],
    [
      'https://h/?X-Amz-Date=d&X-Amz-Signature=s&X-Amz-Security-Token=t&X-Goog-Signature=g&sig=s&Signature=s',
      ['X-Amz-Signature', 'X-Amz-Security-Token', 'X-Goog-Signature', 'sig', 'Signature'],
    ],
    ['https://h/?X-Api-Key=k&x-key=k&x-amz-algorithm=a&design=d', ['X-Api-Key', 'x-key']],
    // Those reach no arguments.
    ['srt://h:1?passphrase=0123456789', []],
    ['udp://h:1?token=t', []],
  ])('of %s: %j', (text, names) => {
    const address = splitAddress(text);
    expect(address && openSecretNames(address)).toEqual(names);
  });
});

const inFlag = (address: string) => parseConfig({}, { '--destination': address }).warnings;
const inVariable = (address: string) => parseConfig({ COSMOS_VIDEO_DESTINATION: address }, {}).warnings;

describe('warnings', () => {
  test.each([
    ['srt://h:1?passphrase=0123456789', 'the passphrase'],
    ['https://user:SECRET@h/live', 'the user and password'],
    ['rist://h:1?secret=SECRET', 'the secret'],
  ])('are given of %s in a flag, where others can read %s', (address, secret) => {
    expect(inFlag(address)).toEqual([
      `every user of this machine can read ${secret} in --destination (COSMOS_VIDEO_DESTINATION): ` +
        'set the variable instead of the flag',
    ]);
    expect(inVariable(address)).toEqual([]);
  });

  test('are given wherever it is set of what ffmpeg gets in its arguments', () => {
    const address = 'https://h/live?token=SECRET&camera=1&Api-Key=SECRET';
    const ending = ': ffmpeg, which writes to https://, gets it in its arguments';
    const beginnings = ['token', 'Api-Key'].map(
      (name) => `every user of this machine can read the ${name} in `,
    );
    expect(inVariable(address)).toEqual(beginnings.map((text) => `${text}COSMOS_VIDEO_DESTINATION${ending}`));
    const label = '--destination (COSMOS_VIDEO_DESTINATION)';
    expect(inFlag(address)).toEqual(beginnings.map((text) => `${text}${label}${ending}`));
  });
});
