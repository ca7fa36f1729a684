import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { FrameSlots } from '../../src/os/frame-slots.ts';
import { bytesOf } from './slot-bytes.ts';

describe.each([1, 4_094, 4_095, 4_096, 153_600, 4_147_200])('slots of %d bytes', (sizeBytes) => {
  test('begin on pages, share none, and keep their addresses', () => {
    const slots = new FrameSlots(sizeBytes);
    const taken = Array.from({ length: 3 }, () => slots.acquire()).filter((slot) => slot !== undefined);
    const addresses = taken.map(({ address }) => address);
    for (const [index, slot] of taken.entries()) bytesOf(slot).fill(index + 1);
    Bun.gc(true);
    expect(addresses.map((address) => address % 4_096)).toEqual([0, 0, 0]);
    expect(taken.map((slot) => slot.sizeBytes)).toEqual([sizeBytes, sizeBytes, sizeBytes]);
    // The line break behind a value is read into the slot, too.
    const gaps = addresses.slice(1).map((address, index) => address - (addresses[index] ?? 0));
    expect(gaps.every((gap) => gap >= sizeBytes + 2)).toBe(true);
    expect(taken.map((slot) => [bytesOf(slot)[0], bytesOf(slot).at(-1)])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });
});

test('there are three, given out one by one and again once they are back', () => {
  const slots = new FrameSlots(10);
  const [a, b, c] = [slots.acquire(), slots.acquire(), slots.acquire()];
  expect(new Set([a, b, c]).size).toBe(3);
  expect(slots.acquire()).toBeUndefined();
  if (!b) throw new Error('no slot');
  slots.release(b);
  expect(slots.acquire()).toBe(b);
  expect(slots.acquire()).toBeUndefined();
});

/** A pipe of which so many bytes have been read, and how often that was asked. */
function pipeOf(readBytes: number) {
  const pipe = { bytes: readBytes, asked: 0, readBytes: () => ((pipe.asked += 1), pipe.bytes) };
  return pipe;
}

test('one whose pages are in a pipe is passed over until the pipe has been read past it', () => {
  const slots = new FrameSlots(10);
  const pipe = pipeOf(0);
  const [first, second] = [slots.acquire(), slots.acquire()];
  if (!first || !second) throw new Error('no slot');
  slots.putInto(pipe, first, 10);
  slots.release(first);
  slots.putInto(pipe, second, 20);
  slots.putInto(pipe, second, 30);
  slots.release(second);
  const third = slots.acquire();
  expect([first, second, undefined]).not.toContain(third);
  expect(slots.acquire()).toBeUndefined();
  pipe.bytes = 10;
  expect(slots.acquire()).toBe(first);
  pipe.bytes = 29;
  expect(slots.acquire()).toBeUndefined();
  pipe.bytes = 30;
  expect(slots.acquire()).toBe(second);
});

test('one may still be in the pipe of the session before, while another pipe is written to', () => {
  const slots = new FrameSlots(10);
  const [before, now] = [pipeOf(0), pipeOf(Infinity)];
  const first = slots.acquire();
  if (!first) throw new Error('no slot');
  slots.putInto(before, first, 10);
  slots.release(first);
  const second = slots.acquire();
  if (!second) throw new Error('no slot');
  slots.putInto(now, second, 10);
  slots.release(second);
  expect(slots.acquire()).toBe(second);
  before.bytes = 10;
  expect(slots.acquire()).toBe(first);
});

test('a pipe is asked only about slots that would be free otherwise, and no more once they are', () => {
  const slots = new FrameSlots(10);
  const pipe = pipeOf(10);
  const held = slots.acquire();
  if (!held) throw new Error('no slot');
  slots.putInto(pipe, held, 10);
  const other = slots.acquire();
  if (!other) throw new Error('no slot');
  expect(pipe.asked).toBe(0);
  slots.release(held);
  expect(slots.acquire()).toBe(held);
  expect(pipe.asked).toBe(1);
  slots.release(held);
  expect(slots.acquire()).toBe(held);
  expect(pipe.asked).toBe(1);
});

test('one whose pages are in two pipes is passed over until both have been read past it', () => {
  const slots = new FrameSlots(10);
  const [before, present] = [pipeOf(0), pipeOf(0)];
  const [slot, ...others] = [slots.acquire(), slots.acquire(), slots.acquire()];
  if (!slot || others.includes(undefined)) throw new Error('no slot');
  slots.putInto(before, slot, 10);
  slots.putInto(present, slot, 5);
  slots.putInto(present, slot, 20);
  slots.release(slot);
  expect(slots.acquire()).toBeUndefined();
  present.bytes = 20;
  expect(slots.acquire()).toBeUndefined();
  present.bytes = 19;
  before.bytes = 10;
  // Once it was read past it, a pipe is not asked again.
  expect(slots.acquire()).toBe(slot);
});

test('none is given out once their memory was given back, and one that is held may still come back', () => {
  const slots = new FrameSlots(10);
  const held = slots.acquire();
  if (!held) throw new Error('no slot');
  slots.close();
  slots.release(held);
  expect(slots.acquire()).toBeUndefined();
});

test('one of somebody else is refused', () => {
  const slots = new FrameSlots(10);
  const other = { address: 0, sizeBytes: 10 };
  expect(() => slots.release(other)).toThrow('none of the slots');
  expect(() => slots.putInto(pipeOf(0), other, 10)).toThrow('none of the slots');
});

test('large ones lie in huge pages, where the system has them to give', () => {
  const sizeBytes = 4_147_200;
  const slots = new FrameSlots(sizeBytes);
  const slot = slots.acquire();
  if (!slot) throw new Error('no slot');
  bytesOf(slot).fill(1);
  expect(slot.address % 2_097_152).toBe(0);
  // What the kernel was told of the mapping that the slot lies in: `hg`, advised to be huge (proc_pid_smaps(5)).
  const mappings = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  const mapping = mappings.find((one) => {
    const [start = 0, end = 0] = one.split(/[- ]/, 2).map((hex) => Number.parseInt(hex, 16));
    return start <= slot.address && slot.address < end;
  });
  const hasHugePages = existsSync('/sys/kernel/mm/transparent_hugepage/enabled');
  expect(/^VmFlags:.* hg( |$)/m.test(mapping ?? '')).toBe(hasHugePages);
  slots.close();
});
