import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { parse } from 'valibot';
import type { UdpSettings } from '../../src/config/config.ts';
import { destinationSchema } from '../../src/config/destination.ts';
import { faultsOfText } from '../../src/config/setting-reader.ts';

/** Undefined where ffmpeg is to write there. */
function settings(text: string): UdpSettings | undefined {
  const destination = parse(destinationSchema, text);
  return destination.kind === 'udp' ? destination.udp : undefined;
}

const USUAL: UdpSettings = {
  host: 'h',
  port: 1,
  datagramBytes: 1316,
  multicastTtl: 16,
  localPort: 0,
  isBroadcast: false,
  isConnected: false,
};

describe('a udp:// address', () => {
  test('has what ffmpeg takes as usual, but whole packets in its datagrams', () => {
    expect(settings('udp://h:1')).toEqual(USUAL);
    expect(settings('udp://[ff02::1]:9?')).toEqual({ ...USUAL, host: 'ff02::1', port: 9 });
    // As other programs write a group that they receive from.
    expect(settings('udp://@239.0.0.1:9')).toEqual({ ...USUAL, host: '239.0.0.1', port: 9 });
  });

  test('has each option in its place', () => {
    expect(
      settings(
        'udp://h:1?ttl=2&pkt_size=564&localaddr=192.0.2.1&localport=5000&buffer_size=8192&broadcast=1' +
          '&reuse=0&connect=1&dscp=46&fifo_size=7&overrun_nonfatal=1&timeout=5',
      ),
    ).toEqual({
      host: 'h',
      port: 1,
      datagramBytes: 564,
      multicastTtl: 2,
      localAddress: '192.0.2.1',
      localPort: 5000,
      sendBufferBytes: 8192,
      isBroadcast: true,
      isReused: false,
      isConnected: true,
      dscp: 46,
    });
  });

  test.each<[string, Partial<UdpSettings>]>([
    ['ttl=12x', { multicastTtl: 12 }],
    ['ttl=x', { multicastTtl: 0 }],
    ['ttl=+5', { multicastTtl: 5 }],
    ['ttl=1&ttl=2', { multicastTtl: 1 }],
    ['TTL', {}],
    ['reuse', { isReused: true }],
    ['reuse=yes', { isReused: true }],
    ['reuse=1', { isReused: true }],
    ['reuse=0', { isReused: false }],
    ['connect=yes', { isConnected: false }],
    ['broadcast=2', { isBroadcast: true }],
    ['localport=-1', { localPort: 0 }],
    ['buffer_size=-1', {}],
    ['dscp=-1', {}],
    ['dscp=0', { dscp: 0 }],
    ['localaddr=', {}],
    ['localaddr=fe80::1', { localAddress: 'fe80::1' }],
  ])('with %s is read as ffmpeg reads it', (query, expected) => {
    if (query === 'TTL') return expect(settings(`udp://h:1?${query}`)).toBeUndefined();
    return expect(settings(`udp://h:1?${query}`)).toEqual({ ...USUAL, ...expected });
  });

  test.each([
    ['188', 188],
    ['375', 188],
    ['376', 376],
    ['1472', 1316],
    ['65424', 65_424],
    ['999999', 65_424],
  ])('with pkt_size=%s sends datagrams of %d bytes at the most', (size, datagramBytes) => {
    expect(settings(`udp://h:1?pkt_size=${size}`)?.datagramBytes).toBe(datagramBytes);
  });

  test.each([
    'bitrate=1000000',
    'burst_bits=1000',
    'udplite_coverage=20',
    'sources=192.0.2.1',
    'block=192.0.2.1',
    'something=new',
    'pkt_size=187',
    'pkt_size=0',
    'localaddr=camera.example',
  ])('with %s is for ffmpeg to write', (query) => {
    const address = `udp://h:1?ttl=2&${query}`;
    const display = 'udp://h:1';
    expect(parse(destinationSchema, address)).toEqual({
      kind: 'url',
      url: address,
      display,
      secretOptions: {},
    });
  });

  test.each([
    ['ttl=256', 'a ttl from 0 to 255'],
    ['ttl=-1', 'a ttl from 0 to 255'],
    ['localport=65536', 'a localport up to 65535'],
    ['dscp=64', 'a dscp from 0 to 63'],
  ])('with %s is refused: %s', (query, hint) => {
    expect(faultsOfText(destinationSchema, `udp://h:1?${query}`)).toEqual([`must have ${hint}`]);
  });

  test('has a size that is whole packets, whatever is asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 188, max: 70_000 }), (size) => {
        const sizeBytes = settings(`udp://h:1?pkt_size=${size}`)?.datagramBytes ?? 0;
        expect(sizeBytes % 188).toBe(0);
        expect(sizeBytes).toBeGreaterThan(Math.min(size, 65_424) - 188);
        expect(sizeBytes).toBeLessThanOrEqual(size);
      }),
    );
  });
});
