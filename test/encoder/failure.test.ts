import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FailureCode } from '../../src/base/failure.ts';
import { explainExit, type EncoderExit } from '../../src/encoder/failure.ts';

/** What real ffmpegs wrote last, from Debian 12 and 13, with libsrt 1.5.1 and 1.5.4; only paths and ports are changed. */
const VERSIONS = ['5.1', '7.1'];

/** What went wrong, as in the files of last words; its code, and what an operator is told. */
const CASES: readonly (readonly [string, FailureCode, RegExp])[] = [
  ['nobody listens for SRT', 'link-no-answer', /^connection timed out or refused: no SRT listener/],
  ['the passphrase is wrong', 'link-passphrase-refused', /^the receiver refuses the passphrase/],
  ['the receiver alone has a passphrase', 'link-passphrase-mismatch', /both sides must agree/],
  ['the receiver has no passphrase', 'link-passphrase-mismatch', /both sides must agree/],
  ['the passphrase is too short', 'link-passphrase-length', /10 to 64 characters/],
  ['the name is unknown to SRT', 'link-unknown-host', /^unknown host/],
  ['the name is unknown to UDP', 'link-unknown-host', /^unknown host/],
  ['the name is unknown to RTP', 'link-unknown-host', /^unknown host/],
  ['the name is unknown to RTMP', 'link-unknown-host', /^unknown host/],
  ['a TCP connection is refused', 'link-refused', /^connection refused/],
  ['an SRT connection is lost', 'link-lost', /^the connection to the destination was lost/],
  ['the receiver closes a TCP connection', 'link-closed', /^the receiver closed the connection/],
  ['the receiver does not want the video', 'link-closed', /^the receiver closed the connection/],
  ['the encoder is missing', 'ffmpeg-no-encoder', /no such encoder: it needs libx264/],
  ['the protocol is missing', 'ffmpeg-no-protocol', /does not know the protocol/],
  ['the destination is a folder', 'file-is-folder', /^the destination is a folder: add the name of a file/],
  ['the folder is a file', 'file-folder-is-file', /^what should be the folder of the destination is a file/],
  ['the folder is not there', 'file-no-folder', /folder .* does not exist/],
  ['nothing can be written there', 'file-read-only', /can only be read/],
  ['it may not write there', 'file-permission', /^permission denied/],
  ['the disk is full', 'file-disk-full', /^the disk is full/],
];

/** The files have `# NAME: exit status NUMBER` before the lines of each case. */
function realExit(version: string, name: string): EncoderExit {
  const text = readFileSync(join(import.meta.dir, `last-words/ffmpeg-${version}.txt`), 'utf8');
  const block = text.split(/^# /m).find((part) => part.startsWith(`${name}: `));
  const [head = '', ...lines] = (block ?? '').trim().split('\n');
  return { code: Number(/exit status (\d+)$/.exec(head)?.[1]), signal: null, lastLines: lines.slice(-10) };
}

/** An ffmpeg that ended with status 1 after these lines. */
function failedWith(...lastLines: string[]): string {
  return explainExit({ code: 1, signal: null, lastLines }).text;
}

describe.each(VERSIONS)('why ffmpeg %s ended', (version) => {
  test.each([...CASES])('is said in words when %s', (name, code, words) => {
    const exit = realExit(version, name);
    expect(exit.code).toBeGreaterThan(0);
    const failure = explainExit(exit);
    expect(failure).toMatchObject({ code, exitStatus: exit.code });
    expect(failure.text).toMatch(words);
  });

  test('has behind it what ffmpeg says of the cause, without what is another at each run', () => {
    for (const [name] of CASES) {
      const { text } = explainExit(realExit(version, name));
      expect(text).toMatch(/ \(ffmpeg: [A-Za-z/].*\)$/);
      expect(text).not.toMatch(/ffmpeg: .*(@|0x|\d\d:\d\d:\d\d|\[(error|fatal)\])/);
    }
  });
});

describe('why ffmpeg ended', () => {
  test.each<[string, string[], RegExp]>([
    [
      'the stream is refused',
      [
        '18:38:34.742662/SRT:RcvQ:w1!W:SRT.cn: processAsyncConnectRequest: REJECT reported from HS processing: ERROR:PEER',
      ],
      /rejects the connection: is the streamid right/,
    ],
    ['TCP gets no answer', ['[error] tcp://203.0.113.1:9: Connection timed out'], /^connection timed out/],
    [
      'there is no way',
      ['[error] udp://203.0.113.1:9: Network is unreachable'],
      /network .* cannot be reached/,
    ],
    [
      'ffmpeg is too old',
      [
        "[error] Unrecognized option 'fps_mode'.",
        '[fatal] Error splitting the argument list: Option not found',
      ],
      /version 5\.1 or later/,
    ],
    [
      'ffmpeg is no program any more',
      ['setpriv: failed to execute /usr/bin/ffmpeg: Permission denied'],
      /^ffmpeg cannot be run/,
    ],
  ])('is said in words when %s', (_, lines, words) => {
    expect(failedWith(...lines)).toMatch(words);
  });

  test('is quoted from the line that says so, not from the last one', () => {
    expect(failedWith('[error] x: Connection refused', '[error] Nothing was written')).toBe(
      'connection refused: nothing listens at the destination (ffmpeg: x: Connection refused)',
    );
  });

  test('is the status where nothing else is known', () => {
    expect(failedWith('[error] something new')).toBe('exit status 1 (ffmpeg: something new)');
    expect(explainExit({ code: 187, signal: null, lastLines: [] }).text).toBe('exit status 187');
  });

  test('is a signal, by its number, before all that was said', () => {
    const exit = { code: null, lastLines: ['[error] srt://h:1: Input/output error'] };
    expect(explainExit({ ...exit, signal: 'SIGKILL' }).text).toMatch(
      /^killed by signal 9 \(SIGKILL, .*memory\)/,
    );
    expect(explainExit({ ...exit, signal: 'SIGSEGV' }).text).toMatch(/^killed by signal 11 \(SIGSEGV\)/);
    expect(explainExit({ ...exit, signal: 34 }).text).toMatch(/^killed by signal 34 /);
  });

  test('is a signal that ffmpeg itself followed', () => {
    expect(explainExit({ code: 255, signal: null, lastLines: [] }).text).toBe(
      'someone told it to end, by a signal (exit status 255)',
    );
  });

  test('is nothing that ffmpeg knows when it ends by itself', () => {
    expect(explainExit({ code: 0, signal: null, lastLines: [] }).text).toBe(
      'it ended by itself without an error',
    );
  });

  test('has a code, by which a lost link is told from an ffmpeg that ended, and how it ended', () => {
    const died = { code: null, signal: 'SIGSEGV', lastLines: [] } as const;
    expect(explainExit(died)).toMatchObject({ code: 'ffmpeg-killed', signal: 'SIGSEGV' });
    expect(explainExit(died)).not.toHaveProperty('exitStatus');
    for (const status of [0, 255]) {
      const ended = explainExit({ code: status, signal: null, lastLines: [] });
      expect(ended).toMatchObject({ code: 'ffmpeg-ended', exitStatus: status });
      expect(ended).not.toHaveProperty('signal');
    }
    const unknown = explainExit({ code: 3, signal: null, lastLines: ['[error] something new'] });
    expect(unknown).toMatchObject({ code: 'ffmpeg-other', exitStatus: 3 });
  });
});
