import { expect, test } from 'bun:test';
import * as v from 'valibot';
import { writerFindings, writerOf } from '../../src/cli/check-writer.ts';
import { destinationSchema } from '../../src/config/destination.ts';

test('the libsrt of this machine is named with its version and its path', async () => {
  const writer = await writerOf(v.parse(destinationSchema, 'srt://127.0.0.1:9000'));
  expect(writer.kind).toBe('libsrt');
  expect(writerFindings(writer, 'srt://127.0.0.1:9000')).toEqual([
    {
      isGood: true,
      text: expect.stringMatching(/^libsrt 1\.\d+\.\d+ carries the video \(\/usr\/.*libsrt.*\.so\.1.*\)$/),
    },
  ]);
});
