import { expect, test } from 'bun:test';
import * as v from 'valibot';
import { writerFindings, writersOf } from '../../src/cli/check-writer.ts';
import { destinationSchema } from '../../src/config/destination.ts';

test('the libsrt of this machine is named with its version and its path', async () => {
  const texts = ['srt://127.0.0.1:9000', 'srt://127.0.0.1:9001'];
  const destinations = texts.map((text) => v.parse(destinationSchema, text));
  const written = await writersOf({ destinations, audio: 'silent' });
  expect(written.map(({ writer }) => writer.kind)).toEqual(['libsrt', 'libsrt']);
  for (const { writer, destination } of written) {
    expect(writerFindings(writer, destination.display)).toEqual([
      {
        isGood: true,
        text: expect.stringMatching(/^libsrt 1\.\d+\.\d+ carries the video \(\/usr\/.*libsrt.*\.so\.1.*\)$/),
      },
    ]);
  }
});
