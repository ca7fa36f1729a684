import { describe, expect, test } from 'bun:test';
import { describeExit } from '../../src/encoder/failure.ts';

/** An ffmpeg that ended with status 1 after these lines. */
function failedWith(...lastLines: string[]): string {
  return describeExit({ code: 1, signal: null, lastLines });
}

const SRT_FAILED =
  '[srt @ 0x55a5bcbddd80] [error] Connection to srt://127.0.0.1:19990 failed: Input/output error';
const SRT_LAST = '[error] srt://127.0.0.1:19990: Input/output error';
const REJECT =
  '18:38:34.742662/SRT:RcvQ:w1!W:SRT.cn: processAsyncConnectRequest: REJECT reported from HS processing:';

describe('why ffmpeg ended', () => {
  // The lines are what ffmpeg 5.1 with libsrt 1.5 wrote in each of these cases.
  test.each<[string, string[], RegExp]>([
    ['nobody listens for SRT', [SRT_FAILED, SRT_LAST], /timed out or refused.*listener/],
    [
      'the passphrase is wrong',
      [`${REJECT} Incorrect passphrase - not processing further`, SRT_FAILED, SRT_LAST],
      /refuses the passphrase/,
    ],
    [
      'one side alone has a passphrase',
      [`${REJECT} Password required or unexpected - not processing further`, SRT_FAILED, SRT_LAST],
      /both sides must agree/,
    ],
    [
      'the stream is refused',
      [`${REJECT} ERROR:PEER - not processing further`, SRT_FAILED, SRT_LAST],
      /rejects the connection: is the streamid right/,
    ],
    [
      'the passphrase is too short',
      [
        '[srt @ 0x5614f25ccd80] [error] failed to set option SRTO_PASSPHRASE on socket: Operation not supported: Bad parameters',
        SRT_LAST,
      ],
      /10 to 64 characters/,
    ],
    [
      'the name is unknown',
      [
        '[srt @ 0x55d033dccd80] [error] Failed to resolve hostname nohost.invalid: Name or service not known',
        '[error] srt://nohost.invalid:19999: Input/output error',
      ],
      /^unknown host/,
    ],
    [
      'a TCP connection is refused',
      [
        '[tcp @ 0x55d0ea969d80] [error] Connection to tcp://127.0.0.1:1 failed: Connection refused',
        '[error] tcp://127.0.0.1:1: Connection refused',
      ],
      /^connection refused/,
    ],
    ['TCP gets no answer', ['[error] tcp://203.0.113.1:9: Connection timed out'], /^connection timed out/],
    [
      'there is no way',
      ['[error] udp://203.0.113.1:9: Network is unreachable'],
      /network .* cannot be reached/,
    ],
    ['the encoder is missing', ["[fatal] Unknown encoder 'libx264'"], /no such encoder: it needs libx264/],
    ['the protocol is missing', ['[error] srt://h:1: Protocol not found'], /does not know the protocol/],
    [
      'ffmpeg is too old',
      [
        "[error] Unrecognized option 'fps_mode'.",
        '[fatal] Error splitting the argument list: Option not found',
      ],
      /version 5\.1 or later/,
    ],
    [
      'the disk is full',
      ['[error] Error writing trailer of /data/out.ts: No space left on device'],
      /^the disk is full/,
    ],
    ['it may not write there', ['[error] /root/x.ts: Permission denied'], /^permission denied/],
    [
      'the folder is not there',
      ['[error] /data/x.ts: No such file or directory'],
      /folder .* does not exist/,
    ],
    [
      'the receiver goes away',
      [
        '[error] av_interleaved_write_frame(): Broken pipe',
        '[error] Error closing file tcp://h:1: Broken pipe',
      ],
      /receiver closed the connection/,
    ],
    [
      'an SRT connection is lost',
      [
        '[error] av_interleaved_write_frame(): Input/output error',
        '[error] Error closing file srt://127.0.0.1:19991: Input/output error',
      ],
      /^the connection to the destination was lost/,
    ],
  ])('is said in words when %s', (_, lines, words) => {
    expect(failedWith(...lines)).toMatch(words);
  });

  test('has the last line of ffmpeg behind it, without its level', () => {
    expect(failedWith(SRT_FAILED, SRT_LAST)).toEndWith(` (ffmpeg: ${SRT_LAST.replace('[error] ', '')})`);
  });

  test('is the status where nothing else is known', () => {
    expect(failedWith('[error] something new')).toBe('exit status 1 (ffmpeg: something new)');
    expect(describeExit({ code: 187, signal: null, lastLines: [] })).toBe('exit status 187');
  });

  test('is found in an earlier line, too', () => {
    expect(failedWith('[fatal] Unknown encoder', '[error] one', '[error] two')).toMatch(/no such encoder/);
  });

  test('is a signal, by its number, before all that was said', () => {
    const exit = { code: null, lastLines: [SRT_LAST] };
    expect(describeExit({ ...exit, signal: 'SIGKILL' })).toMatch(/^killed by signal 9 \(SIGKILL, .*memory\)/);
    expect(describeExit({ ...exit, signal: 'SIGSEGV' })).toMatch(/^killed by signal 11 \(SIGSEGV\)/);
    expect(describeExit({ ...exit, signal: 34 })).toMatch(/^killed by signal 34 /);
  });

  test('is a signal that ffmpeg itself followed', () => {
    expect(describeExit({ code: 255, signal: null, lastLines: [] })).toBe(
      'someone told it to end, by a signal (exit status 255)',
    );
  });

  test('is nothing that ffmpeg knows when it ends by itself', () => {
    expect(describeExit({ code: 0, signal: null, lastLines: [] })).toBe(
      'it ended by itself without an error',
    );
  });
});
