import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { FrameSlots } from '../../src/os/frame-slots.ts';
import { bytesOf } from './slot-bytes.ts';

const nowhere = () => false;

describe.each([1, 4_094, 4_095, 4_096, 153_600, 4_147_200])('slots of %d bytes', (sizeBytes) => {
  test('begin on pages, share none, and keep their addresses', () => {
    const slots = new FrameSlots(sizeBytes);
    const taken = Array.from({ length: 3 }, () => slots.acquire(nowhere)).filter(
      (slot) => slot !== undefined,
    );
    const addresses = taken.map(({ address }) => Number(address));
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
  const [a, b, c] = [slots.acquire(nowhere), slots.acquire(nowhere), slots.acquire(nowhere)];
  expect(new Set([a, b, c]).size).toBe(3);
  expect(slots.acquire(nowhere)).toBeUndefined();
  if (!b) throw new Error('no slot');
  slots.release(b);
  expect(slots.acquire(nowhere)).toBe(b);
  expect(slots.acquire(nowhere)).toBeUndefined();
});

test('one whose pages are in the pipe is passed over', () => {
  const slots = new FrameSlots(10);
  const first = slots.acquire(nowhere);
  if (!first) throw new Error('no slot');
  slots.release(first);
  expect(slots.acquire((slot) => slot === first)).not.toBe(first);
  expect(slots.acquire(() => true)).toBeUndefined();
  expect(slots.acquire(nowhere)).toBe(first);
});

test('pixels of somebody else are refused', () => {
  const slots = new FrameSlots(10);
  expect(() => slots.release(new Uint8Array(10))).toThrow('none of the slots');
  expect(() => slots.slotOf({ address: 0, sizeBytes: 10 })).toThrow();
});

test('large ones lie in huge pages, where the system has them to give', () => {
  const sizeBytes = 4_147_200;
  const slots = new FrameSlots(sizeBytes);
  const slot = slots.acquire(nowhere);
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
