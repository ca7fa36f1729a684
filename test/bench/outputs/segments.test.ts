import { describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { Folder } from '../../support/folder.ts';
import { TsMaker } from '../../support/ts-packets.ts';
import { finalPath, packetFaults, segmentsIn } from './segments.ts';

function stream(): Uint8Array {
  const maker = new TsMaker();
  return Buffer.concat([maker.picture({ isKeyframe: true }), maker.picture(), maker.picture()]);
}

test('segments are found by name, those that are finished apart from the others', () => {
  using folder = new Folder();
  for (const name of ['b.ts', 'c.ts.part', 'a.ts', 'ballast']) writeFileSync(folder.file(name), '');
  expect(segmentsIn(folder.path)).toEqual({
    finished: [folder.file('a.ts'), folder.file('b.ts')],
    unfinished: [folder.file('c.ts.part')],
  });
});

test('a segment keeps its name, but for what says that it is not finished', () => {
  expect(finalPath('/r/a.ts.part')).toBe('/r/a.ts');
  expect(finalPath('/r/a.ts')).toBe('/r/a.ts');
});

describe('packets', () => {
  test('that are whole have no fault', () => {
    expect(packetFaults(stream())).toEqual([]);
  });

  test('are missed where there are none', () => {
    expect(packetFaults(new Uint8Array())).toEqual(['it is empty']);
  });

  test('are told of where the last one is cut', () => {
    expect(packetFaults(stream().slice(0, -1))).toEqual(['187 bytes behind the last whole packet']);
  });

  test('are told of where one is missing', () => {
    const bytes = stream();
    const [fault] = packetFaults(Buffer.concat([bytes.subarray(0, 188 * 3), bytes.subarray(188 * 4)]));
    expect(fault).toContain('counter');
  });

  test('are told of where there are none from the beginning on', () => {
    expect(packetFaults(new Uint8Array(188))).toEqual(['it does not begin with a packet']);
  });
});
