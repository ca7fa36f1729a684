import { describe, expect, test } from 'bun:test';
import { closeSync, constants, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { systemClock, type Clock } from '../../src/base/clock.ts';
import { LinkError } from '../../src/base/errors.ts';
import { PACKET_BYTES } from '../../src/mpegts/packet.ts';
import type { Carrier } from '../../src/outputs/carrier.ts';
import { fileOutput } from '../../src/outputs/file-output.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Folder } from '../support/folder.ts';
import { until } from '../support/until.ts';

/** A named pipe with a reader that reads when it is told to. */
class NamedPipe implements Disposable {
  readonly #folder = new Folder();
  readonly path = this.#folder.file('pipe.ts');
  #fd: number | undefined;

  constructor() {
    if (Bun.spawnSync(['mkfifo', this.path]).exitCode !== 0) throw new Error('no pipe could be made');
  }

  openReader(): void {
    this.#fd = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
  }

  /** @returns bytes that were there */
  read(): Uint8Array {
    const room = new Uint8Array(256 * 1024);
    try {
      return room.subarray(0, readSync(this.#fd ?? -1, room));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return room.subarray(0, 0);
      throw error;
    }
  }

  /** How often this program has it open. */
  get openings(): number {
    return readdirSync('/proc/self/fd').filter((fd) => linkAt(`/proc/self/fd/${fd}`) === this.path).length;
  }

  closeReader(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  [Symbol.dispose](): void {
    this.closeReader();
    this.#folder[Symbol.dispose]();
  }
}

/** @returns undefined where it is gone, as what the folder is read by */
function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function open(path: string, clock: Clock = systemClock): Promise<Carrier> {
  const opening = fileOutput({ destination: { url: path, display: path }, clock, onPlace: () => {} });
  return opening(new AbortController().signal);
}

function numbered(count: number): Uint8Array {
  const bytes = new Uint8Array(count * PACKET_BYTES);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = (index * 7) & 0xff;
  return bytes;
}

describe('a named pipe', () => {
  test('that nobody reads is a failure at once', async () => {
    using pipe = new NamedPipe();
    expect(open(pipe.path)).rejects.toThrow('nobody reads the pipe');
  });

  test('whose reader is slow gets all, and holds up nobody', async () => {
    using pipe = new NamedPipe();
    pipe.openReader();
    const carrier = await open(pipe.path);
    // More than a pipe holds.
    const sent = numbered(2_000);
    expect(carrier.send(sent)).toBe(sent.length);
    // Held up for long enough that it was tried again, over and over.
    await until(async () => carrier.unconfirmedMs >= 50, 'slow reader');
    const received: Uint8Array[] = [];
    const finished = carrier.finish(20_000);
    await until(async () => {
      received.push(pipe.read().slice());
      return received.reduce((sum, { length }) => sum + length, 0) >= sent.length;
    }, 'bytes');
    await finished;
    expect(Buffer.concat(received).equals(sent)).toBe(true);
  });

  test('whose reader hangs does not hold up the end for longer than it may', async () => {
    using pipe = new NamedPipe();
    pipe.openReader();
    const carrier = await open(pipe.path);
    carrier.send(numbered(2_000));
    const beginNs = systemClock.nowNs();
    await carrier.finish(200);
    expect(Number(systemClock.nowNs() - beginNs) / 1e6).toBeLessThan(5_000);
    // Only the reader is left.
    await until(async () => pipe.openings === 1, 'end of file');
  });

  test('makes it known for how long something has waited', async () => {
    using pipe = new NamedPipe();
    pipe.openReader();
    const clock = new FakeClock();
    const carrier = await open(pipe.path, clock);
    expect(carrier.unconfirmedMs).toBe(0);
    carrier.send(numbered(2_000));
    await clock.advanceMs(300);
    expect(carrier.unconfirmedMs).toBe(300);
    await until(async () => {
      pipe.read();
      await clock.advanceMs(5);
      return carrier.unconfirmedMs === 0;
    }, 'end of the write');
    carrier.close();
  });

  test('whose reader goes away is a failure in words', async () => {
    using pipe = new NamedPipe();
    pipe.openReader();
    const carrier = await open(pipe.path);
    pipe.closeReader();
    let text = '';
    await until(async () => {
      try {
        carrier.send(numbered(1));
        return false;
      } catch (error) {
        if (error instanceof LinkError) text = error.failure.text;
        return true;
      }
    }, 'failure');
    expect(text).toContain('has closed it');
    carrier.close();
  });
});
