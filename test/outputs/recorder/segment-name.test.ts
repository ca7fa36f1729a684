import { describe, expect, test } from 'bun:test';
import { freeBeginMs, instanceName, segmentNames } from '../../../src/outputs/recorder/segment-name.ts';
import { BEGIN_MS } from './segment-stage.ts';

const NAME = 'imagestream-20261124T203300Z.ts';
const names = segmentNames('imagestream');

describe('the name of a segment', () => {
  test('says whose it is and when it began, in UTC', () => {
    expect(names.at(BEGIN_MS)).toBe(NAME);
    expect(names.at(BEGIN_MS + 999)).toBe(NAME);
    expect(names.at(BEGIN_MS + 1_000)).toBe('imagestream-20261124T203301Z.ts');
  });

  test.each([
    [0, '19700101T000000Z'],
    [-5_000, '19700101T000000Z'],
    [Number.NaN, '19700101T000000Z'],
    [Date.UTC(2028, 1, 29, 23, 59, 59), '20280229T235959Z'],
    [1e300, '99991231T235959Z'],
    [Infinity, '19700101T000000Z'],
  ])('of any time (%p) is one that it reads again', (ms, time) => {
    expect(names.at(ms)).toBe(`imagestream-${time}.ts`);
    expect(names.read(names.at(ms))?.beginMs).toBeGreaterThanOrEqual(0);
  });

  test('sorts by time', () => {
    const times = [0, 1e9, 1e12, 1.7e12, 1.8e12, 1e14];
    const inOrder = times.map((ms) => names.at(ms));
    expect(inOrder.toSorted()).toEqual(inOrder);
  });

  test('is read again, whole or in the making', () => {
    expect(names.read(NAME)).toEqual({ beginMs: BEGIN_MS, isPart: false });
    expect(names.read(`${NAME}.part`)).toEqual({ beginMs: BEGIN_MS, isPart: true });
  });

  test.each([
    'imagestream-20261124T203300Z.ts.part.part',
    'imagestream-20261124T203300Z.ts.parts',
    'imagestream-20261124T203300Z.TS',
    'imagestream-20261124T203300Z.mp4',
    'imagestream-20261124T203300Z',
    'imagestream-20261124T203300.ts',
    'imagestream-20261124t203300Z.ts',
    'imagestream-2026112T203300Z.ts',
    'imagestream-202611240T203300Z.ts',
    'imagestream-20261324T203300Z.ts',
    'imagestream-20260231T203300Z.ts',
    'imagestream-20261124T243300Z.ts',
    'imagestream-20261124T203360Z.ts',
    'imagestream-٢٠٢٦1124T203300Z.ts',
    'imagestream2-20261124T203300Z.ts',
    'imagestream-2-20261124T203300Z.ts',
    'ximagestream-20261124T203300Z.ts',
    'Imagestream-20261124T203300Z.ts',
    ' imagestream-20261124T203300Z.ts',
    'imagestream-20261124T203300Z.ts ',
    'imagestream-20261124T203300Z.ts\n',
    '.imagestream-20261124T203300Z.ts.aB3xYz',
    'imagestream-20261124T203300Z-2.ts',
    '-20261124T203300Z.ts',
    '',
  ])('is not one that comes near to it: %p', (near) => {
    expect(names.read(near)).toBeUndefined();
  });
});

describe('what stands for a stream', () => {
  test.each([
    ['imagestream', 'imagestream'],
    ['cam:1/left view', 'cam_1_left_view'],
    ['..', '_.'],
    ['.hidden', '_hidden'],
    ['/etc/passwd', '_etc_passwd'],
    ['Küche 📷', 'K_che__'],
    ['a\nb\0c', 'a_b_c'],
    ['', '_'],
    ['x'.repeat(400), 'x'.repeat(100)],
    ['ü'.repeat(400), '_'.repeat(100)],
  ])('is a plain word: %p', (stream, word) => {
    expect(instanceName(stream)).toBe(word);
    const own = segmentNames(stream);
    expect(own.read(own.at(BEGIN_MS))?.beginMs).toBe(BEGIN_MS);
    expect(Buffer.byteLength(`${own.at(BEGIN_MS)}.part`)).toBeLessThanOrEqual(255);
  });

  test('means nothing to a pattern', () => {
    const dotted = segmentNames('a.b');
    expect(dotted.read('a.b-20261124T203300Z.ts')).toBeDefined();
    expect(dotted.read('aXb-20261124T203300Z.ts')).toBeUndefined();
    expect(segmentNames('a+').read('aa-20261124T203300Z.ts')).toBeUndefined();
  });
});

test('the next free second is one in which there is neither a segment nor one in the making', () => {
  const taken = new Set([names.at(BEGIN_MS), `${names.at(BEGIN_MS + 1_000)}.part`]);
  const isTaken = (name: string) => taken.has(name);
  expect(freeBeginMs(names, BEGIN_MS, 10, isTaken)).toBe(BEGIN_MS + 2_000);
  expect(freeBeginMs(names, BEGIN_MS, 2, isTaken)).toBeUndefined();
});
