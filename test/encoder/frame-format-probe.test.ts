import { afterAll, describe, expect, test } from 'bun:test';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ConfigError, EncoderError } from '../../src/base/errors.ts';
import { probeFrameFormat } from '../../src/encoder/frame-format-probe.ts';
import { Folder } from '../support/folder.ts';
import { isRunning } from '../support/processes.ts';
import { script } from '../support/script.ts';
import { until } from '../support/until.ts';

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

/** What the promise rejects with; a value is an error here. */
async function rejectionOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('the size of a frame', () => {
  test('cannot be asked of an ffmpeg that is not there', async () => {
    const probe = probeFrameFormat('/nowhere/ffmpeg', { pixelFormat: 'gray', widthPx: 64, heightPx: 64 });
    const error = await rejectionOf(probe);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain('COSMOS_VIDEO_FFMPEG is "/nowhere/ffmpeg": it cannot be run');
  });

  test('is not found with a program that is no ffmpeg', async () => {
    const impostor = script(folder, 'impostor', 'echo hello');
    const probe = probeFrameFormat(impostor, { pixelFormat: 'gray', widthPx: 64, heightPx: 64 });
    expect(await rejectionOf(probe)).toBeInstanceOf(ConfigError);
  });
});

describe('trouble that passes is no fault of the settings', () => {
  const wanted = { pixelFormat: 'gray', widthPx: 64, heightPx: 64 };

  test.each([
    ['memory', 'nullsrc: Cannot allocate memory'],
    ['a library', 'ffmpeg: error while loading shared libraries: libx264.so.164: file too short'],
  ])('%s is missing', async (name, words) => {
    const troubled = script(folder, `without-${name.replace(' ', '-')}`, `echo '${words}' >&2; exit 1`);
    const error = await rejectionOf(probeFrameFormat(troubled, wanted));
    expect(error).toBeInstanceOf(EncoderError);
    expect(error).toMatchObject({ failure: { code: 'ffmpeg-other', exitStatus: 1 } });
    expect(error.message).toContain(words);
  });

  test('it is killed, which is not said to be a want of time', async () => {
    const killed = script(folder, 'killed', 'kill -9 $$');
    const error = await rejectionOf(probeFrameFormat(killed, wanted));
    expect(error).toBeInstanceOf(EncoderError);
    expect(error).toMatchObject({ failure: { code: 'ffmpeg-killed', signal: 'SIGKILL' } });
    expect(error.message).toMatch(
      /killed could not say the size of a frame: .*signal 9 \(SIGKILL, .*memory\)$/,
    );
  });
});

describe('a question that is not waited for any more', () => {
  const wanted = { pixelFormat: 'gray', widthPx: 64, heightPx: 64 };

  test('kills ffmpeg with all that it has started', async () => {
    const pids = folder.file('pids');
    const hanging = script(folder, 'hanging', `sleep 600 & echo $$ $! >${pids}; wait`);
    const stop = new AbortController();
    const probe = rejectionOf(probeFrameFormat(hanging, wanted, stop.signal));
    await until(
      async () => existsSync(pids) && readFileSync(pids, 'utf8').endsWith('\n'),
      'both to be there',
    );
    stop.abort(new Error('told to stop'));
    expect((await probe).message).toBe('told to stop');
    for (const pid of readFileSync(pids, 'utf8').trim().split(' '))
      await until(async () => !isRunning(Number(pid)), `the end of ${pid}`);
  });

  test('is not asked at all where that was known before', async () => {
    const ran = folder.file('ran');
    const asked = probeFrameFormat(script(folder, 'too-late', `touch ${ran}`), wanted, AbortSignal.abort());
    expect(await rejectionOf(asked)).toHaveProperty('name', 'AbortError');
    expect(existsSync(ran)).toBe(false);
  });
});

describe('what is no program', () => {
  const wanted = { pixelFormat: 'gray', widthPx: 64, heightPx: 64 };
  const text = folder.file('text');
  writeFileSync(text, 'hello');
  chmodSync(text, 0o755);
  const noInterpreter = folder.file('no-interpreter');
  writeFileSync(noInterpreter, '#!/nowhere/sh\n');
  chmodSync(noInterpreter, 0o755);
  const notExecutable = folder.file('not-executable');
  writeFileSync(notExecutable, '#!/bin/sh\n');

  test.each([
    ['a text', text, /ENOEXEC/],
    ['a script for a shell that is not there', noInterpreter, /ENOENT/],
    ['a file that may not be run', notExecutable, /EACCES/],
    ['a folder', folder.path, /EACCES/],
    ['a name that no folder of programs has', 'no-such-ffmpeg', /not found in \$PATH/],
  ])('%s is a fault of the settings, with what the system says', async (_, path, words) => {
    const error = await rejectionOf(probeFrameFormat(path, wanted));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toStartWith(`COSMOS_VIDEO_FFMPEG is "${path}": it cannot be run (`);
    expect(error.message).toMatch(words);
  });
});
