import { describe, expect, test } from 'bun:test';
import { closeSync, fstatSync, readFileSync, readlinkSync } from 'node:fs';
import { openSecretsFile } from '../../src/encoder/secrets-file.ts';

describe('the file of secrets', () => {
  test('has a line for each option, is ours alone, and is in memory without a name', () => {
    const fd = openSecretsFile({ passphrase: 'a b=c', streamid: '#!::r=x' });
    try {
      expect(readFileSync(`/dev/fd/${fd}`, 'utf8')).toBe('passphrase=a b=c\nstreamid=#!::r=x\n');
      expect(fstatSync(fd).mode & 0o777).toBe(0o600);
      expect(fstatSync(fd).nlink).toBe(0);
      expect(readlinkSync(`/dev/fd/${fd}`)).toBe('/memfd:cosmos-video-options (deleted)');
    } finally {
      closeSync(fd);
    }
  });
});
