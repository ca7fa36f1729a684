import { constants } from 'node:os';
import type { Failure, FailureCode } from '../base/failure.ts';

/** How an ffmpeg ended. */
export interface EncoderExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | number | null;
  /** The last lines that it wrote, oldest first. */
  readonly lastLines: readonly string[];
}

/** ffmpeg writes the trailer and ends with this status when it gets SIGTERM or SIGINT (main in fftools/ffmpeg.c). */
const INTERRUPTED_STATUS = 255;

type Cause = readonly [code: FailureCode, pattern: RegExp, words: string];

/** What ffmpeg and libsrt write, versions 5.1 to 7.1, and what it means to an operator. The first match counts. */
const CAUSES: readonly Cause[] = [
  ['ffmpeg-not-started', /^setpriv: /, 'ffmpeg cannot be run'],
  [
    'link-passphrase-refused',
    /Incorrect passphrase|BADSECRET|wrong password/i,
    'the receiver refuses the passphrase',
  ],
  [
    'link-passphrase-mismatch',
    /Password required|UNSECURE/i,
    'the receiver asks for a passphrase, or expects none: both sides must agree',
  ],
  [
    'link-passphrase-length',
    /SRTO_PASSPHRASE/,
    'the passphrase is refused by SRT: it must have 10 to 64 characters',
  ],
  [
    'link-rejected',
    /: REJECT\b/,
    'the receiver rejects the connection: is the streamid right, and not in use by another publisher?',
  ],
  [
    'link-unknown-host',
    /Failed to resolve hostname|getaddrinfo\(/,
    'unknown host: check the name in COSMOS_VIDEO_DESTINATION, and the DNS',
  ],
  ['link-refused', /Connection refused/, 'connection refused: nothing listens at the destination'],
  [
    'link-unreachable',
    /Network is unreachable|No route to host/i,
    'the network of the destination cannot be reached',
  ],
  [
    'link-timeout',
    /Connection timed out|Operation timed out/i,
    'connection timed out: no answer from the destination',
  ],
  [
    'link-no-answer',
    /Connection to srt:\S* failed/,
    'connection timed out or refused: no SRT listener answers at the destination (is it running, and the UDP port open?)',
  ],
  [
    'ffmpeg-no-encoder',
    /Unknown encoder|Encoder not found/i,
    'this ffmpeg has no such encoder: it needs libx264',
  ],
  ['ffmpeg-no-protocol', /Protocol not found/, 'this ffmpeg does not know the protocol of the destination'],
  [
    'ffmpeg-old',
    /Unrecognized option|Option .* not found/,
    'this ffmpeg does not know one of its arguments: version 5.1 or later is needed',
  ],
  ['file-disk-full', /No space left on device/, 'the disk is full'],
  ['file-permission', /Permission denied/, 'permission denied at the destination'],
  ['file-read-only', /Read-only file system/, 'the file system of the destination can only be read'],
  ['file-is-folder', /Is a directory/, 'the destination is a folder: add the name of a file to it'],
  ['file-folder-is-file', /Not a directory/, 'what should be the folder of the destination is a file'],
  ['file-no-folder', /No such file or directory/, 'the folder of the destination does not exist'],
  [
    'link-closed',
    /Broken pipe|Connection reset|Connection was broken|Connection does not exist/i,
    'the receiver closed the connection',
  ],
  ['link-lost', /Input\/output error/, 'the connection to the destination was lost, or its disk has failed'],
];

/** Why ffmpeg ended, for programs and people: with the line of ffmpeg's that says it behind the words, where there is one. */
export function explainExit(exit: EncoderExit): Failure {
  const lastLine = exit.lastLines.at(-1);
  if (exit.signal !== null) {
    const words = `killed by signal ${signalInWords(exit.signal)}`;
    return { code: 'ffmpeg-killed', text: quoting(lastLine, words), signal: exit.signal };
  }
  const exitStatus = exit.code ?? 0;
  const failure = (code: FailureCode, words: string, line = lastLine): Failure => ({
    code,
    text: quoting(line, words),
    exitStatus,
  });
  for (const [code, pattern, words] of CAUSES) {
    const line = exit.lastLines.find((text) => pattern.test(text));
    if (line !== undefined) return failure(code, words, line);
  }
  if (exitStatus === INTERRUPTED_STATUS) {
    return failure('ffmpeg-ended', `someone told it to end, by a signal (exit status ${exitStatus})`);
  }
  if (exitStatus === 0) return failure('ffmpeg-ended', 'it ended by itself without an error');
  return failure('ffmpeg-other', `exit status ${exitStatus}`);
}

/** A signal by its number and name, with what an operator may think of. */
export function signalInWords(signal: NodeJS.Signals | number): string {
  if (typeof signal === 'number') return `${signal}`;
  const hint = signal === 'SIGKILL' ? ', by someone or by the kernel for want of memory' : '';
  return `${constants.signals[signal]} (${signal}${hint})`;
}

/** ffmpeg puts its level and the address of the part that speaks before a line, libsrt the time, thread and socket. */
const LINE_HEAD = /^(\[[^\]]*\] )+|^[\d:.]+\/SRT:\S+ (@\d+: )?/;

function quoting(line: string | undefined, words: string): string {
  return line === undefined ? words : `${words} (ffmpeg: ${line.replace(LINE_HEAD, '')})`;
}
