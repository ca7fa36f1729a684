import { afterEach, describe, expect, test } from 'bun:test';
import { closeSync, fstatSync, readdirSync, readFileSync } from 'node:fs';
import { openSecretsFile } from '../../src/encoder/secrets-file.ts';
import { startEncoder, type Encoder } from '../../src/encoder/encoder.ts';
import { EncoderError } from '../../src/errors.ts';
import { Folder } from '../support/folder.ts';

const folderBefore = process.env['TMPDIR'];
afterEach(() => {
  if (folderBefore === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = folderBefore;
});

function startWithSecrets(): Encoder {
  return startEncoder(
    { ffmpeg: 'true', argumentsFor: () => [], secretOptions: { a: 'b' }, stdin: 'pipe' },
    { onProgress: () => {}, onLogLine: () => {} },
  );
}

describe('the file of secrets', () => {
  test('has a line for each option, is readable by us alone, and has no name', () => {
    using folder = new Folder();
    process.env['TMPDIR'] = folder.path;
    const fd = openSecretsFile({ passphrase: 'a b=c', streamid: '#!::r=x' });
    try {
      expect(readFileSync(`/dev/fd/${fd}`, 'utf8')).toBe('passphrase=a b=c\nstreamid=#!::r=x\n');
      expect(fstatSync(fd).mode & 0o777).toBe(0o600);
      expect(fstatSync(fd).nlink).toBe(0);
      expect(readdirSync(folder.path)).toEqual([]);
    } finally {
      closeSync(fd);
    }
  });

  test('that cannot be written is a reason to try again, not a fault of the program', () => {
    process.env['TMPDIR'] = '/nowhere';
    expect(startWithSecrets).toThrow(EncoderError);
  });
});
