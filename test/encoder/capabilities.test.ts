import { afterAll, describe, expect, test } from 'bun:test';
import type { Destination } from '../../src/config/config.ts';
import { askCapabilities, protocolOf } from '../../src/encoder/capabilities.ts';
import { Folder } from '../support/folder.ts';
import { script } from '../support/script.ts';

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

function destination(url: string, kind: Destination['kind']) {
  return { kind, url };
}

describe('what an ffmpeg can do', () => {
  const able = script(
    folder,
    'able',
    `case "$*" in
      *-version*) echo "ffmpeg version 5.1.9-0+deb12u1 Copyright";;
      *-encoders*) printf ' V..... = Video\\n V....D libx264              H.264 (codec h264)\\n';;
      *-protocols*) printf 'Input:\\n  tcp\\nOutput:\\n  file\\n  srt\\n';;
    esac`,
  );
  const unable = script(
    folder,
    'unable',
    `case "$*" in
      *-encoders*) printf ' V....D libx264rgb           H.264 RGB\\n V....D mpeg4 MPEG-4\\n';;
      *-protocols*) printf 'Input:\\n  srt\\nOutput:\\n  file\\n';;
    esac`,
  );

  test('is found in its lists', async () => {
    expect(await askCapabilities(able, destination('srt://h:1', 'srt'))).toEqual({
      version: 'ffmpeg version 5.1.9-0+deb12u1',
      hasLibx264: true,
      hasProtocol: true,
    });
  });

  test('is not taken from names that only look alike, nor from the protocols it reads', async () => {
    expect(await askCapabilities(unable, destination('srt://h:1', 'srt'))).toEqual({
      version: 'unknown version',
      hasLibx264: false,
      hasProtocol: false,
    });
    expect((await askCapabilities(able, destination('tcp://h:1', 'url'))).hasProtocol).toBe(false);
  });

  test('cannot be asked of one that is not there', async () => {
    const asked = askCapabilities('/nowhere/ffmpeg', destination('x.ts', 'file'));
    const outcome = await asked.catch((error: unknown) => error);
    expect(outcome).toHaveProperty('message', expect.stringContaining('ENOENT'));
  });

  test.each<[string, Destination['kind'], string]>([
    ['srt://h:1', 'srt', 'srt'],
    ['UDP://h:1', 'url', 'udp'],
    ['/data/out.ts', 'file', 'file'],
    ['file:out.ts', 'file', 'file'],
  ])('for %s is asked of the right protocol', (url, kind, protocol) => {
    expect(protocolOf(destination(url, kind))).toBe(protocol);
  });
});
