import { describe, expect, test } from 'bun:test';
import { readdirSync, readlinkSync } from 'node:fs';
import { parse } from 'valibot';
import { systemClock } from '../../src/base/clock.ts';
import { LinkError } from '../../src/base/errors.ts';
import type { FailureCode } from '../../src/base/failure.ts';
import type { UdpSettings } from '../../src/config/config.ts';
import { destinationSchema } from '../../src/config/destination.ts';
import { libc, pinned } from '../../src/os/libc.ts';
import { SocketError, type UdpSocketOptions } from '../../src/os/udp-socket.ts';
import type { Carrier } from '../../src/outputs/carrier.ts';
import type { LookUp } from '../../src/outputs/host-lookup.ts';
import { udpOutput } from '../../src/outputs/udp-output.ts';
import { settle } from '../support/fake-clock.ts';
import { freeUdpPort } from '../support/ports.ts';
import { until } from '../support/until.ts';
import { Datagrams } from './datagrams.ts';

const PACKET_BYTES = 188;

/** Packets that differ in each byte. */
function packets(count: number): Uint8Array {
  return Uint8Array.from({ length: count * PACKET_BYTES }, (_, index) => (index * 7 + (index >> 8)) % 251);
}

function settings(address: string): UdpSettings {
  const destination = parse(destinationSchema, address);
  if (destination.kind !== 'udp') throw new Error(`${address} is not for us: ${destination.kind}`);
  return destination.udp;
}

function open(address: string, lookUp?: LookUp): Promise<Carrier> {
  const parts = { settings: settings(address), clock: systemClock, ...(lookUp && { lookUp }) };
  return udpOutput(parts)(new AbortController().signal);
}

/** The failure that it rejects with. */
async function failureOf(work: Promise<unknown>): Promise<LinkError['failure']> {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof LinkError) return error.failure;
  throw error;
}

/** Rejects where sending throws. */
async function sent(carrier: Carrier, bytes: Uint8Array): Promise<number> {
  return carrier.send(bytes);
}

const twoAddresses: LookUp = async () => ['2001:db8::1', '192.0.2.1'];

/** Descriptors of sockets of this process. */
function sockets(): number[] {
  return readdirSync('/proc/self/fd').filter(isSocket).map(Number);
}

function isSocket(fd: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
  } catch {
    return false;
  }
}

/** The options that the socket of such an address has (getsockopt(2)). */
async function optionsOf(address: string) {
  const before = sockets();
  const carrier = await open(address);
  const fd = sockets().find((each) => !before.includes(each)) ?? -1;
  const option = (level: number, name: number) => {
    const [value, length] = [pinned(4), pinned(4)];
    new DataView(length.view.buffer).setUint32(0, 4, true);
    expect(libc.getsockopt(fd, level, name, value.address, length.address)).toBe(0);
    return new DataView(value.view.buffer).getInt32(0, true);
  };
  const options = {
    isReused: option(1, 2) !== 0,
    isBroadcast: option(1, 6) !== 0,
    sendBufferBytes: option(1, 7),
    tos: option(0, 1),
    multicastTtl: option(0, 33),
  };
  carrier.close();
  return options;
}

describe('what is sent', () => {
  test.each(['127.0.0.1', '::1'] as const)('arrives at %s in datagrams of seven packets', async (host) => {
    await using receiver = await Datagrams.listen(host);
    const carrier = await open(`udp://${host === '::1' ? '[::1]' : host}:${receiver.port}`);
    const bytes = packets(17);
    expect(carrier.send(bytes)).toBe(bytes.length);
    const datagrams = await receiver.received(3);
    expect(datagrams.map((each) => each.bytes.length / PACKET_BYTES)).toEqual([7, 7, 3]);
    expect(Buffer.concat(datagrams.map((each) => each.bytes))).toEqual(Buffer.from(bytes));
    carrier.close();
  });

  test('arrives in those of pkt_size, and what does not fill one is not kept back', async () => {
    await using receiver = await Datagrams.listen('127.0.0.1');
    const carrier = await open(`udp://127.0.0.1:${receiver.port}?pkt_size=400`);
    carrier.send(packets(1));
    carrier.send(packets(3));
    const datagrams = await receiver.received(3);
    expect(datagrams.map((each) => each.bytes.length / PACKET_BYTES)).toEqual([1, 2, 1]);
    carrier.close();
  });

  test('arrives in a group', async () => {
    await using receiver = await Datagrams.listen('127.0.0.1', '239.255.77.1');
    const carrier = await open(`udp://239.255.77.1:${receiver.port}?localaddr=127.0.0.1&ttl=0`);
    carrier.send(packets(2));
    const [datagram] = await receiver.received(1);
    expect(datagram?.bytes).toEqual(Buffer.from(packets(2)));
    carrier.close();
  });

  test('comes from the port that the address names', async () => {
    await using receiver = await Datagrams.listen('127.0.0.1');
    const localPort = await freeUdpPort();
    const carrier = await open(`udp://127.0.0.1:${receiver.port}?localport=${localPort}`);
    carrier.send(packets(1));
    const [datagram] = await receiver.received(1);
    expect(datagram?.fromPort).toBe(localPort);
    await carrier.finish(1_000);
    // It is free again.
    (await open(`udp://127.0.0.1:${receiver.port}?localport=${localPort}`)).close();
  });

  test('is taken up to the datagram that there is no room for', async () => {
    const rooms = [true, true, false];
    const sizes: number[] = [];
    const openSocket = () => ({
      send: (bytes: Uint8Array) => sizes.push(bytes.length) > 0 && (rooms.shift() ?? true),
      close: () => {},
    });
    const parts = { settings: settings('udp://127.0.0.1:1'), clock: systemClock, openSocket };
    const carrier = await udpOutput(parts)(new AbortController().signal);
    expect(carrier.send(packets(25))).toBe(14 * PACKET_BYTES);
    expect(carrier.send(packets(11))).toBe(11 * PACKET_BYTES);
    expect(sizes).toEqual([7, 7, 7, 7, 4].map((count) => count * PACKET_BYTES));
  });

  test('counts as gone, has no figures, and nothing can be sent once it is closed', async () => {
    const before = sockets().length;
    const carrier = await open('udp://127.0.0.1:9');
    expect(sockets().length).toBe(before + 1);
    expect([carrier.unconfirmedMs, carrier.look()]).toEqual([0, undefined]);
    await carrier.finish(1_000);
    carrier.close();
    expect(sockets().length).toBe(before);
    // It has the number that the one before had.
    const other = await open('udp://127.0.0.1:9');
    expect(() => carrier.send(packets(1))).toThrow(LinkError);
    carrier.close();
    expect(other.send(packets(1))).toBe(PACKET_BYTES);
    other.close();
  });
});

describe('the socket', () => {
  test('has what the address asks for', async () => {
    expect(
      await optionsOf(
        'udp://239.255.77.1:9?localaddr=127.0.0.1&ttl=3&broadcast=1&reuse=0&buffer_size=8192&dscp=46',
      ),
    ).toEqual({
      isReused: false,
      isBroadcast: true,
      // The kernel doubles it, for its own bookkeeping (socket(7)).
      sendBufferBytes: 16_384,
      tos: 46 << 2,
      multicastTtl: 3,
    });
  });

  test('has what ffmpeg gives it where the address asks for nothing', async () => {
    const [group, host] = [
      await optionsOf('udp://239.255.77.1:9?localaddr=127.0.0.1'),
      await optionsOf('udp://127.0.0.1:9?ttl=3'),
    ];
    expect(group).toMatchObject({ isReused: true, isBroadcast: false, tos: 0, multicastTtl: 16 });
    expect(host).toMatchObject({ isReused: false, isBroadcast: false, tos: 0, multicastTtl: 1 });
  });
});

describe('a name', () => {
  test('is looked up at each opening, and the first address that there is a way to is taken', async () => {
    await using receiver = await Datagrams.listen('127.0.0.1');
    const asked: string[] = [];
    const lookUp: LookUp = async (host) => {
      asked.push(host);
      return ['fe80::1%no-such-interface', 'not an address', '127.0.0.1', '::1'];
    };
    for (const count of [1, 2]) {
      const carrier = await open(`udp://video.example:${receiver.port}`, lookUp);
      carrier.send(packets(1));
      await receiver.received(count);
      carrier.close();
    }
    expect(asked).toEqual(['video.example', 'video.example']);
  });
});

describe('failures', () => {
  test('that nobody listens is none', async () => {
    const carrier = await open(`udp://127.0.0.1:${await freeUdpPort()}`);
    for (let count = 0; count < 20; count += 1) {
      expect(carrier.send(packets(1))).toBe(PACKET_BYTES);
      await settle();
    }
    carrier.close();
  });

  test('but it is with connect=1', async () => {
    const carrier = await open(`udp://127.0.0.1:${await freeUdpPort()}?connect=1`);
    // The refusal of the first one comes with the second one; on a busy machine with a later one.
    const sending = until(async () => carrier.send(packets(1)) === 0, 'refusal');
    expect(await failureOf(sending)).toMatchObject({ code: 'link-refused' });
    carrier.close();
  });

  test.each<[string, FailureCode, string]>([
    ['udp://127.255.255.255:9', 'link-other', 'broadcast=1'],
    ['udp://127.0.0.1:9?localaddr=192.0.2.77', 'link-other', 'localaddr=192.0.2.77 cannot be sent from'],
    ['udp://127.0.0.1:9?localaddr=::1', 'link-other', 'are not of one kind'],
    ['udp://[fe80::1%25nosuch0]:9', 'link-other', 'no address that can be sent to'],
  ])('%s: %s, %s', async (address, code, words) => {
    const target = settings(address.replace('%25', '%'));
    const before = sockets().length;
    const failure = await failureOf(
      udpOutput({ settings: target, clock: systemClock })(new AbortController().signal),
    );
    expect(sockets().length).toBe(before);
    expect(failure.code).toBe(code);
    expect(failure.text).toContain(words);
  });

  test('a local port that another one has', async () => {
    await using other = await Datagrams.listen('127.0.0.1');
    const failure = await failureOf(open(`udp://127.0.0.1:9?localaddr=127.0.0.1&localport=${other.port}`));
    expect(failure).toEqual({
      code: 'link-taken',
      text: `localport=${other.port} is in use: another program has it`,
    });
  });

  test.each<[number, FailureCode, string]>([
    [1, 'link-other', 'IPAddressDeny'],
    [90, 'link-other', 'datagrams of 1316 bytes are too large for the network: lower pkt_size'],
    [100, 'link-unreachable', 'cannot be reached'],
    [101, 'link-unreachable', 'cannot be reached'],
    [113, 'link-unreachable', 'cannot be reached'],
    [5, 'link-other', 'nothing can be sent: Input/output error'],
  ])('error %d while it sends: %s, %s', async (error, code, words) => {
    const openSocket = () => ({
      send: () => {
        throw new SocketError(error);
      },
      close: () => {},
    });
    const parts = { settings: settings('udp://127.0.0.1:1'), clock: systemClock, openSocket };
    const carrier = await udpOutput(parts)(new AbortController().signal);
    const failure = await failureOf(sent(carrier, packets(1)));
    expect(failure.code).toBe(code);
    expect(failure.text).toContain(words);
  });

  test('of several addresses, that of the first one is told', async () => {
    const tried: number[] = [];
    const openSocket = ({ to }: UdpSocketOptions) => {
      tried.push(to.length);
      throw new SocketError(to.length === 28 ? 101 : 1);
    };
    const parts = {
      settings: settings('udp://video.example:9'),
      clock: systemClock,
      openSocket,
      lookUp: twoAddresses,
    };
    const failure = await failureOf(udpOutput(parts)(new AbortController().signal));
    expect(failure.code).toBe('link-unreachable');
    expect(tried).toEqual([28, 16]);
  });
});
