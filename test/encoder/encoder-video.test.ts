import { afterAll, expect, spyOn, test } from 'bun:test';
import { closeSync, readdirSync } from 'node:fs';
import { startEncoder, type Encoder } from '../../src/encoder/encoder.ts';
import { makePipe } from '../../src/os/pipe.ts';
import { Folder } from '../support/folder.ts';
import { script } from '../support/script.ts';
import { until } from '../support/until.ts';

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

/** A shell script in ffmpeg's place that writes its video to descriptor 3. */
function start(name: string, body: string): Encoder {
  const { readFd, writeFd } = makePipe();
  closeSync(writeFd);
  const encoder = startEncoder(
    {
      ffmpeg: script(folder, name, body),
      output: { kind: 'pipe', isWarmedUp: false, holdsFramesBack: false },
      argumentsFor: (output) => [output.kind === 'pipe' ? `pipe:${output.fd}` : 'no pipe'],
      stdinFd: readFd,
    },
    () => {},
  );
  closeSync(readFd);
  return encoder;
}

async function all(bytes: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of bytes ?? []) text += decoder.decode(chunk, { stream: true });
  return text;
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

test('comes through a pipe whose number the arguments know, from its first byte to its last', async () => {
  const encoder = start('writer', 'echo "$1" >&3; head -c 3000000 /dev/zero >&3; echo end >&3');
  await encoder.ready;
  const text = await all(encoder.video);
  expect(text).toStartWith('pipe:3\n');
  expect(text).toEndWith('end\n');
  expect(text.length).toBe(7 + 3_000_000 + 4);
  expect((await encoder.exited).code).toBe(0);
});

test('of one that is not read yet does not hold it up before a megabyte', async () => {
  const encoder = start('eager', 'head -c 1000000 /dev/zero >&3; echo done >&2');
  expect((await encoder.exited).lastLines).toEqual(['done']);
  expect((await all(encoder.video)).length).toBe(1_000_000);
});

test('makes it ready with its first byte, and one that ends without any never is', async () => {
  const silent = start('silent', 'exit 1');
  const first = await Promise.race([silent.ready.then(() => 'ready'), silent.exited.then(() => 'exited')]);
  expect(first).toBe('exited');
  expect(await all(silent.video)).toBe('');
});

test('that is given up ends its ffmpeg, and leaves no descriptor open', async () => {
  const before = openDescriptors();
  const endless = start('endless', 'while :; do head -c 100000 /dev/zero >&3 || exit 5; done');
  await endless.ready;
  await endless.video?.close();
  await endless.video?.close();
  expect((await endless.exited).code).toBe(5);

  const read = start('read', 'echo one >&3');
  expect(await all(read.video)).toBe('one\n');
  await read.exited;
  // The runtime lets go of what belongs to a child a moment later.
  await until(async () => openDescriptors() <= before, 'end of descriptors');
});

test('that has come by the half megabyte is collected, once a second at the most', async () => {
  using collect = spyOn(Bun, 'gc');
  const little = start('little', 'head -c 500000 /dev/zero >&3; sleep 1.1; echo more >&3');
  await all(little.video);
  expect(collect).not.toHaveBeenCalled();
  const much = start('much', 'head -c 9000000 /dev/zero >&3; sleep 1.1; echo more >&3');
  await all(much.video);
  // Nine megabytes come within a second, unless the machine is far too busy.
  expect(collect).toHaveBeenCalled();
  expect(collect.mock.calls.length).toBeLessThanOrEqual(4);
});
