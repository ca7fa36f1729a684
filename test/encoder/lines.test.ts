import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { linesOf } from '../../src/encoder/lines.ts';

/** The lines of bytes that arrive in these chunks. */
async function linesIn(chunks: readonly (string | Uint8Array)[]): Promise<string[]> {
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks)
        controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
      controller.close();
    },
  });
  return Array.fromAsync(linesOf(stream));
}

describe('the lines of a stream', () => {
  test.each([
    ['end with a line feed', ['a\nb\n'], ['a', 'b']],
    ['end with carriage return and line feed', ['a\r\nb\r\n'], ['a', 'b']],
    ['end with a carriage return, as status lines do', ['a\rb\rc'], ['a', 'b', 'c']],
    ['may be empty', ['a\n\nb\n'], ['a', '', 'b']],
    ['may come in pieces', ['he', 'll', 'o\nwor', 'ld\n'], ['hello', 'world']],
    ['may have their break in two pieces', ['a\r', '\nb\n'], ['a', 'b']],
    ['may end with a piece', ['a\r', 'b'], ['a', 'b']],
    ['are given without a break at the end', ['a\nb'], ['a', 'b']],
    ['are given without half a break at the end', ['a\nb\r'], ['a', 'b']],
    ['are none of nothing', [], []],
  ])('%s', async (_, chunks, lines) => {
    expect(await linesIn(chunks)).toEqual(lines);
  });

  test('are the same however the bytes are cut, also through a character', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'é', '☃', '🎥', ' ') });
    const text = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')));
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat({ max: 60 })), async (lines, cuts) => {
        const bytes = new TextEncoder().encode(lines.flat().join(''));
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length];
        places.sort((a, b) => a - b);
        const chunks = places.slice(1).map((end, index) => bytes.slice(places[index], end));
        expect(await linesIn(chunks)).toEqual(lines.map(([content]) => content));
      }),
    );
  });

  test('are cut where they are over-long, and take no more memory than that', async () => {
    const long = 'x'.repeat(5_000);
    expect((await linesIn([`${long}\nb\n`])).map(({ length }) => length)).toEqual([4_096, 1]);
    expect((await linesIn([long, long, `${long}\nb`])).map(({ length }) => length)).toEqual([4_096, 1]);
    expect((await linesIn([long])).map(({ length }) => length)).toEqual([4_096]);
  });
});
