import { afterAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { parse } from 'valibot';
import { systemClock } from '../../src/base/clock.ts';
import { destinationSchema } from '../../src/config/destination.ts';
import { udpOutput } from '../../src/outputs/udp-output.ts';
import { sizeOf } from '../support/file-size.ts';
import { Folder } from '../support/folder.ts';
import { freeUdpPort, isUdpPortBound } from '../support/ports.ts';
import { until } from '../support/until.ts';

const PACKET_BYTES = 188;

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

/** One second of MPEG-TS as ffmpeg writes it. */
function video(): Uint8Array {
  const input = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=24', '-t', '1'];
  const command = ['ffmpeg', '-v', 'error', ...input, '-c:v', 'libx264', '-f', 'mpegts', 'pipe:1'];
  const { stdout, success } = Bun.spawnSync(command, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (!success) throw new Error('ffmpeg makes no video');
  return stdout;
}

/** ffmpeg, which writes what comes by UDP into a file as it is. */
function receive(address: string, path: string): Bun.Subprocess {
  const input = ['-nostdin', '-v', 'error', '-f', 'data', '-i', address];
  const output = ['-map', '0', '-c', 'copy', '-f', 'data', '-flush_packets', '1', '-y', path];
  return Bun.spawn(['ffmpeg', ...input, ...output], { stdio: ['ignore', 'ignore', 'inherit'] });
}

test.each([
  ['127.0.0.1', ''],
  ['[::1]', ''],
  ['239.255.77.2', '?localaddr=127.0.0.1&ttl=0'],
])('ffmpeg receives at %s what was sent, byte for byte', async (host, query) => {
  const port = await freeUdpPort();
  const address = `udp://${host}:${port}${query}`;
  const path = folder.file(`${port}.ts`);
  const receiver = receive(address, path);
  try {
    await until(() => isListening(host, port), 'the receiver');
    const destination = parse(destinationSchema, address);
    if (destination.kind !== 'udp') throw new Error('it is not for us');
    const open = udpOutput({ settings: destination.udp, clock: systemClock });
    const carrier = await open(new AbortController().signal);
    const bytes = video();
    for (let begin = 0, count = 1; begin < bytes.length; count = (count % 20) + 1) {
      const piece = bytes.subarray(begin, begin + count * PACKET_BYTES);
      expect(carrier.send(piece)).toBe(piece.length);
      begin += piece.length;
      // No more at once than the receiver holds, whatever else the machine does.
      await until(async () => sizeOf(path) >= begin - MOST_AHEAD_BYTES, 'video at the receiver');
    }
    await carrier.finish(1_000);
    await until(async () => sizeOf(path) >= bytes.length, 'all of it');
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
  } finally {
    receiver.kill('SIGKILL');
    await receiver.exited;
  }
});

/** Far less than a socket holds of what comes in. */
const MOST_AHEAD_BYTES = 32_768;

async function isListening(host: string, port: number): Promise<boolean> {
  if (host !== '[::1]') return isUdpPortBound(port);
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return (await Bun.file('/proc/net/udp6').text()).includes(`:${hex} `);
}
