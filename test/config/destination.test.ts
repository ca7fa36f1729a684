import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { parse, safeParse } from 'valibot';
import { destinationSchema } from '../../src/config/destination.ts';
import { faultsOfText } from '../../src/config/setting-reader.ts';
import { srtLatency, withSrtLatency } from '../../src/config/srt-destination.ts';

const destination = (text: string) => parse(destinationSchema, text);
const faults = (text: string) => faultsOfText(destinationSchema, text);
const optionsWithLatency = (text: string) => {
  const found = withSrtLatency(destination(text), 120);
  return found.kind === 'srt' ? found.srt.options.map(({ name, value }) => [name, value]) : [];
};

describe('an SRT address', () => {
  test('passphrase and stream id leave the address, decoded; the rest stays as it is', () => {
    expect(
      destination(
        'SRT://video.example:9000?mode=caller&passphrase=a+b%20c%26d%2Be%zz&streamid=%23!::r=live,m=x&pkt_size=1316',
      ),
    ).toEqual({
      kind: 'srt',
      url: 'srt://video.example:9000?mode=caller&pkt_size=1316',
      display: 'srt://video.example:9000',
      secretOptions: { passphrase: 'a b c&d+e%zz', streamid: '#!::r=live,m=x' },
      srt: {
        mode: 'caller',
        host: 'video.example',
        port: 9000,
        options: [
          { parameter: 'passphrase', name: 'passphrase', value: 'a b c&d+e%zz' },
          { parameter: 'streamid', name: 'streamid', value: '#!::r=live,m=x' },
          { parameter: 'pkt_size', name: 'payloadsize', value: 1316 },
        ],
      },
    });
  });

  test('a stream id may hold what delimits other parts of an address', () => {
    const { url, secretOptions } = destination('srt://h:1?streamid=#!::r=a/b?c@d:e=f');
    expect(url).toBe('srt://h:1');
    expect(secretOptions).toEqual({ streamid: '#!::r=a/b?c@d:e=f' });
  });

  test.each([
    ['srt://[::1]:9000', 'srt://[::1]:9000'],
    ['srt://10.0.0.1:65535/', 'srt://10.0.0.1:65535/'],
    ['srt://:9000?mode=listener', 'srt://:9000?mode=listener'],
    ['srt://h:1?', 'srt://h:1'],
  ])('%s is accepted', (text, url) => {
    expect(destination(text).url).toBe(url);
  });

  test.each([
    ['srt://h', 'a port from 1 to 65535'],
    ['srt://h:0', 'a port'],
    ['srt://h:65536', 'a port'],
    ['srt://h:abc', 'a port'],
    ['srt://:9000', 'a host'],
    ['srt://:9000?mode=rendezvous', 'a host'],
    ['srt://a b:9000', 'a host'],
    ['srt://h:9000?mode=server', 'mode=caller'],
    ['srt://u:p@h:9000', 'no user and password'],
    ['srt://h:9000/&passphrase=0123456789', 'right after the port'],
    ['srt://h:9000?passphrase=012345678', '10 to 64'],
    [`srt://h:9000?passphrase=${'x'.repeat(65)}`, '10 to 64'],
    ['srt://h:9000?passphrase=', '10 to 64'],
    [`srt://h:9000?streamid=${'x'.repeat(513)}`, '1 to 512'],
    ['srt://h:9000?passphrase=0123456789&passphrase=0123456789', 'only once'],
    ['srt://h:9000?passphrase=0123456789%0A', 'without line breaks'],
    ['srt://h:9000?streamid=a%00b', 'without line breaks'],
    ['srt://h:9000?streamid=%FF', 'UTF-8'],
    ['srt://h:9000?pasphrase=0123456789', 'spelt passphrase'],
    ['srt://h:9000?PassPhrase=0123456789', 'spelt passphrase'],
    ['srt://h:9000?srt_streamid=a', 'spelt streamid'],
  ])('%s is refused: %s', (text, hint) => {
    expect(faults(text)).toEqual([expect.stringContaining(hint)]);
  });

  test('all faults are given', () => {
    expect(faults('srt://:0?mode=x&passphrase=short&streamid=')).toHaveLength(5);
    expect(faults('srt://[::1:9000')).toHaveLength(2);
  });

  test('lengths count bytes, as SRT does', () => {
    expect(faults(`srt://h:1?passphrase=${'é'.repeat(32)}`)).toEqual([]);
    expect(faults(`srt://h:1?passphrase=${'é'.repeat(33)}`)).toHaveLength(1);
  });
});

describe('the latency of SRT', () => {
  test('is added in microseconds', () => {
    expect(withSrtLatency(destination('srt://h:1'), 120).url).toBe('srt://h:1?latency=120000');
    expect(withSrtLatency(destination('srt://h:1?mode=caller'), 0).url).toBe(
      'srt://h:1?mode=caller&latency=0',
    );
  });

  test('is set in milliseconds where we send ourselves', () => {
    expect(optionsWithLatency('srt://h:1')).toEqual([['latency', 120]]);
    // The transmission type resets the latency, and the latency those of either side.
    expect(optionsWithLatency('srt://h:1?peerlatency=9000&transtype=live')).toEqual([
      ['transtype', 0],
      ['latency', 120],
      ['peerlatency', 9],
    ]);
    expect(optionsWithLatency('srt://h:1?latency=50000')).toEqual([['latency', 50]]);
  });

  test.each(['srt://h:1?latency=5', 'srt://h:1?tsbpddelay=5', 'udp://h:1', 'out.ts'])(
    'is not added to %s',
    (text) => {
      expect(withSrtLatency(destination(text), 120)).toEqual(destination(text));
    },
  );

  test('is read from the address in microseconds', () => {
    const [latency, both] = ['latency=200000', 'latency=200000&tsbpddelay=300000'];
    expect(srtLatency(destination(`srt://h:1?a=b&${latency}`))?.latencyUs).toBe(200_000);
    expect(srtLatency(destination('srt://h:1?latency=x'))).toBeUndefined();
    expect(srtLatency(destination(`udp://h:1?${latency}`))).toBeUndefined();
    // Of the two names ffmpeg takes the same one, and so does the link.
    expect(srtLatency(destination(`srt://h:1?${both}`))).toEqual({
      parameter: 'tsbpddelay',
      latencyUs: 300_000,
    });
    const linked = destination(`srt://h:1?${both}`);
    expect(linked.kind === 'srt' && linked.srt.options.map(({ value }) => value)).toEqual([300]);
  });
});

describe('other destinations', () => {
  test.each([
    ['udp://239.0.0.1:1234?bitrate=2000000', 'udp://239.0.0.1:1234'],
    ['tcp://h:1', 'tcp://h:1'],
    ['https://h/live?token=t', 'https://h/live'],
    ['http://h:8080/a@b', 'http://h:8080/a@b'],
    ['rist://h:1?buffer=500', 'rist://h:1'],
  ])('%s stays as it is and is shown as %s', (text, display) => {
    expect(destination(text)).toEqual({ kind: 'url', url: text, display, secretOptions: {} });
  });

  test('udp:// is taken apart, and ffmpeg gets it as it is', () => {
    expect(destination('udp://239.0.0.1:1234?ttl=2')).toEqual({
      kind: 'udp',
      url: 'udp://239.0.0.1:1234?ttl=2',
      display: 'udp://239.0.0.1:1234',
      secretOptions: {},
      udp: expect.objectContaining({ host: '239.0.0.1', port: 1234, multicastTtl: 2 }),
    });
  });

  test('faults of what only a udp:// address has are given with the others', () => {
    expect(faults('udp://u:p@h:0?ttl=256')).toHaveLength(3);
  });

  test.each([
    ['/data/out.ts', '/data/out.ts'],
    ['out put.ts', 'out put.ts'],
    ['./a:b.ts', './a:b.ts'],
    ['-y.ts', './-y.ts'],
    ['file:/data/out.ts', 'file:/data/out.ts'],
    ['file:///data/out.ts', 'file:///data/out.ts'],
  ])('%s is a file, for ffmpeg %s', (text, url) => {
    expect(destination(text)).toEqual({ kind: 'file', url, display: text, secretOptions: {} });
  });

  test.each([
    '-',
    'pipe:',
    'pipe:1',
    'pipe://1',
    'fd:',
    '/dev/stdout',
    'file:/dev/stdout',
    '/proc/self/fd/1',
  ])('%s is refused as standard output', (text) => {
    expect(faults(text)).toEqual([expect.stringContaining('standard output')]);
  });

  test.each([
    'strt://h:1',
    'srt:/h:1',
    'srt:h:1',
    'a:b.ts',
    '10.0.0.1:9000',
    'file:',
    'file:/data/',
    'srt//h:1?x=y',
  ])('%s is refused with what is allowed', (text) => {
    expect(faults(text)).toEqual([expect.stringContaining('must be srt://HOST:PORT')]);
  });

  test('rtp is refused with the way out', () => {
    expect(faults('rtp://h:1')).toEqual([expect.stringContaining('udp://')]);
  });

  test.each(['a\nb', 'srt://h:1?streamid=a\nb', 'a\0b'])('a control character is refused', (text) => {
    expect(faults(text)).toEqual([expect.stringContaining('one line')]);
  });
});

test('no secret of an SRT address stands in what is shown or in the arguments, however it is encoded', () => {
  const secret = fc
    .string({ unit: 'grapheme', minLength: 10, maxLength: 12 })
    .filter((text) => !/\p{Cc}/u.test(text));
  fc.assert(
    fc.property(secret, (passphrase) => {
      const result = safeParse(
        destinationSchema,
        `srt://h:9000?passphrase=${encodeURIComponent(passphrase)}&mode=caller`,
      );
      if (!result.success) return expect(new TextEncoder().encode(passphrase).length).toBeGreaterThan(64);
      return expect(result.output).toEqual({
        kind: 'srt',
        url: 'srt://h:9000?mode=caller',
        display: 'srt://h:9000',
        secretOptions: { passphrase },
        srt: {
          mode: 'caller',
          host: 'h',
          port: 9000,
          options: [{ parameter: 'passphrase', name: 'passphrase', value: passphrase }],
        },
      });
    }),
  );
});
