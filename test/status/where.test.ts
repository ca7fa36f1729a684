import { expect, test } from 'bun:test';
import { listInWords, openedInWords, whereInWords } from '../../src/status/where.ts';

test.each([
  [[], ''],
  [['A'], 'A'],
  [['A', 'B'], 'A and B'],
  [['A', 'B', 'C'], 'A, B and C'],
])('%o are named as in a sentence', (names, words) => {
  expect(listInWords(names)).toBe(words);
});

test('the recorder is named only where there is no destination', () => {
  expect(whereInWords({ destinations: ['A', 'B'], recorder: '/kept' })).toEqual({ stream: 'A and B' });
  expect(whereInWords({ destinations: [], recorder: '/kept' })).toEqual({ recording: '/kept' });
  expect(openedInWords({ destinations: ['A'], recorder: '/kept' })).toBe('A');
  expect(openedInWords({ destinations: [], recorder: '/kept' })).toBe('the recording in /kept');
});
