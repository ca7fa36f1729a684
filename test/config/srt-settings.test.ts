import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { parse } from 'valibot';
import { destinationSchema } from '../../src/config/destination.ts';
import { cInteger, toInt32 } from '../../src/config/c-number.ts';

function settings(text: string) {
  const destination = parse(destinationSchema, text);
  if (destination.kind !== 'srt') throw new Error(`${text} is no srt:// address`);
  return destination.srt;
}

/** The options of an address by libsrt's names. */
function options(query: string): Record<string, number | string> {
  return Object.fromEntries(settings(`srt://h:1?${query}`).options.map(({ name, value }) => [name, value]));
}

describe('the place of an SRT address', () => {
  test.each([
    ['srt://video.example:9000', { mode: 'caller', host: 'video.example', port: 9000 }],
    ['srt://[2001:db8::1]:65535/', { mode: 'caller', host: '2001:db8::1', port: 65_535 }],
    ['srt://:9000?mode=listener', { mode: 'listener', host: '', port: 9000 }],
    ['srt://10.0.0.1:9000?mode=listener', { mode: 'listener', host: '10.0.0.1', port: 9000 }],
    ['srt://h:9000?mode=rendezvous', { mode: 'rendezvous', host: 'h', port: 9000 }],
  ] as const)('%s', (text, place) => {
    expect(settings(text)).toEqual({ ...place, options: [] });
  });

  test.each([
    ['srt://h:1', undefined],
    ['srt://h:1?timeout=2500000', 2500],
    ['srt://h:1?timeout=0', 0],
    ['srt://h:1?timeout=-1', undefined],
    ['srt://h:1?timeout=soon', 0],
    ['srt://h:1?listen_timeout=5', undefined],
  ])('the timeout of %s is %p ms', (text, openLimitMs) => {
    expect(settings(text).openLimitMs).toBe(openLimitMs);
  });
});

describe('the options of an SRT address', () => {
  test.each([
    ['maxbw=125000', { maxbw: 125_000 }],
    ['maxbw=0x10', { maxbw: 16 }],
    ['pbkeylen=32', { pbkeylen: 32 }],
    ['passphrase=0123456789', { passphrase: '0123456789' }],
    ['enforced_encryption=0', { enforcedencryption: 0 }],
    ['kmrefreshrate=1000', { kmrefreshrate: 1000 }],
    ['kmpreannounce=100', { kmpreannounce: 100 }],
    ['mss=1400', { mss: 1400 }],
    ['ffs=25600', { fc: 25_600 }],
    ['ipttl=64', { ipttl: 64 }],
    ['iptos=184', { iptos: 184 }],
    ['tlpktdrop=0', { tlpktdrop: 0 }],
    ['nakreport=1', { nakreport: 1 }],
    ['connect_timeout=1500', { conntimeo: 1500 }],
    ['sndbuf=1000000', { sndbuf: 1_000_000 }],
    ['rcvbuf=1000000', { rcvbuf: 1_000_000 }],
    ['lossmaxttl=10', { lossmaxttl: 10 }],
    ['minversion=0x010300', { minversion: 0x01_03_00 }],
    ['streamid=%23!::r=a', { streamid: '#!::r=a' }],
    ['smoother=live', { congestion: 'live' }],
    ['messageapi=1', { messageapi: 1 }],
    ['transtype=live', { transtype: 0 }],
    ['transtype=file', { transtype: 1 }],
    ['payload_size=1456', { payloadsize: 1456 }],
    ['pkt_size=1316', { payloadsize: 1316 }],
    ['pkt_size=ts_size', { payloadsize: 1316 }],
    ['payload_size=ts_size', { payloadsize: 1316 }],
    ['payload_size=max_size', { payloadsize: 1456 }],
    ['payload_size=toString', { payloadsize: 0 }],
    ['mss=max_size', { mss: 0 }],
    ['tsbpd=1', { tsbpdmode: 1 }],
    ['inputbw=250000', { inputbw: 250_000 }],
    ['oheadbw=25', { oheadbw: 25 }],
  ])('%s', (query, expected) => {
    expect<Record<string, number | string>>(options(query)).toEqual(expected);
  });

  test.each([
    ['latency=120000', { latency: 120 }],
    ['latency=999', { latency: 0 }],
    ['tsbpddelay=50000', { latency: 50 }],
    ['rcvlatency=200000', { rcvlatency: 200 }],
    ['peerlatency=200999', { peerlatency: 200 }],
    ['snddropdelay=30000', { snddropdelay: 30 }],
    ['snddropdelay=-1', { snddropdelay: -1 }],
  ])('%s counts in microseconds', (query, expected) => {
    expect<Record<string, number | string>>(options(query)).toEqual(expected);
  });

  test.each([
    'latency=-1',
    'maxbw=-1',
    'snddropdelay=-2',
    'linger=5',
    'transtype=x',
    'other=1',
    'mode=caller',
  ])('%s sets nothing', (query) => {
    expect(options(query)).toEqual({});
  });

  test.each([
    ['latency=1000&tsbpddelay=2000', { latency: 2 }],
    ['tsbpddelay=2000&latency=1000', { latency: 2 }],
    ['latency=1000&latency=2000', { latency: 1 }],
    ['pkt_size=188&payload_size=376', { payloadsize: 376 }],
  ])('of %s the one counts that ffmpeg takes', (query, expected) => {
    expect<Record<string, number | string>>(options(query)).toEqual(expected);
  });

  test('a bandwidth beyond what a number holds is the largest one', () => {
    expect(options('maxbw=99999999999999999999')).toEqual({ maxbw: Number.MAX_SAFE_INTEGER });
  });

  test('stand in the order in which ffmpeg sets them, whatever that of the address is', () => {
    const shuffled = 'oheadbw=1&streamid=a&peerlatency=1&latency=1&passphrase=0123456789&transtype=live';
    expect(Object.keys(options(shuffled))).toEqual([
      'transtype',
      'passphrase',
      'latency',
      'peerlatency',
      'streamid',
      'oheadbw',
    ]);
  });

  test('know by which name they stand in the address', () => {
    const [option] = settings('srt://h:1?ffs=8').options;
    expect(option).toEqual({ parameter: 'ffs', name: 'fc', value: 8 });
  });
});

describe('a number as C reads it', () => {
  test.each([
    ['12', 12n],
    ['12ms', 12n],
    [' +12', 12n],
    ['-3', -3n],
    ['', 0n],
    ['x1', 0n],
    ['0x10', 0n],
    ['010', 10n],
    ['1.9', 1n],
    ['99999999999999999999', 2n ** 63n - 1n],
    ['-99999999999999999999', -(2n ** 63n)],
  ])('%p to the base of ten', (text, value) => {
    expect(cInteger(text, 'ten')).toBe(value);
  });

  test.each([
    ['12', 12n],
    ['0x1F', 31n],
    ['-0x1f', -31n],
    ['0x', 0n],
    ['010', 8n],
    ['019', 1n],
    ['0', 0n],
    ['x', 0n],
  ])('%p to the base that it tells', (text, value) => {
    expect(cInteger(text, 'auto')).toBe(value);
  });

  test('whatever the text is, it is a long', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('ten', 'auto'), (text, base) => {
        const value = cInteger(text, base);
        expect(BigInt.asIntN(64, value)).toBe(value);
      }),
    );
  });

  test('is cut to an int by its lower bits', () => {
    expect([5n, 2n ** 32n + 7n, 2n ** 63n - 1n, -1n].map(toInt32)).toEqual([5, 7, -1, -1]);
  });
});
