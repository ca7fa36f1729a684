import { constants } from 'node:os';

/** How an ffmpeg ended. */
export interface EncoderExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | number | null;
  /** The last lines that it wrote, oldest first. */
  readonly lastLines: readonly string[];
}

/** Why an ffmpeg ended. */
export interface ExitCause {
  /**
   * Whose fault it is. `link`: the receiver or the network, which refused it, could not be reached, or was lost. `file`: the
   * file or folder that it writes to. `ffmpeg`: it cannot do what is asked of it. `killed`: by a signal, its own faults
   * among them. `ended`: it closed the stream by itself, or was told to. `unknown`: it says nothing that we know.
   */
  readonly kind: 'link' | 'file' | 'ffmpeg' | 'killed' | 'ended' | 'unknown';
  /** For an operator, with the line of ffmpeg's that says it behind them, where there is one. */
  readonly words: string;
}

/** ffmpeg writes the trailer and ends with this status when it gets SIGTERM or SIGINT (main in fftools/ffmpeg.c). */
const INTERRUPTED_STATUS = 255;

type Cause = readonly [kind: ExitCause['kind'], pattern: RegExp, words: string];

/** What ffmpeg and libsrt write, versions 5.1 to 7.1, and what it means to an operator. The first match counts. */
const CAUSES: readonly Cause[] = [
  ['ffmpeg', /^setpriv: /, 'ffmpeg cannot be run'],
  ['link', /Incorrect passphrase|BADSECRET|wrong password/i, 'the receiver refuses the passphrase'],
  [
    'link',
    /Password required|UNSECURE/i,
    'the receiver asks for a passphrase, or expects none: both sides must agree',
  ],
  ['link', /SRTO_PASSPHRASE/, 'the passphrase is refused by SRT: it must have 10 to 64 characters'],
  [
    'link',
    /: REJECT\b/,
    'the receiver rejects the connection: is the streamid right, and not in use by another publisher?',
  ],
  [
    'link',
    /Failed to resolve hostname|getaddrinfo\(/,
    'unknown host: check the name in COSMOS_VIDEO_DESTINATION, and the DNS',
  ],
  ['link', /Connection refused/, 'connection refused: nothing listens at the destination'],
  ['link', /Network is unreachable|No route to host/i, 'the network of the destination cannot be reached'],
  [
    'link',
    /Connection timed out|Operation timed out/i,
    'connection timed out: no answer from the destination',
  ],
  [
    'link',
    /Connection to srt:\S* failed/,
    'connection timed out or refused: no SRT listener answers at the destination (is it running, and the UDP port open?)',
  ],
  ['ffmpeg', /Unknown encoder|Encoder not found/i, 'this ffmpeg has no such encoder: it needs libx264'],
  ['ffmpeg', /Protocol not found/, 'this ffmpeg does not know the protocol of the destination'],
  [
    'ffmpeg',
    /Unrecognized option|Option .* not found/,
    'this ffmpeg does not know one of its arguments: version 5.1 or later is needed',
  ],
  ['file', /No space left on device/, 'the disk is full'],
  ['file', /Permission denied/, 'permission denied at the destination'],
  ['file', /Read-only file system/, 'the file system of the destination can only be read'],
  ['file', /Is a directory/, 'the destination is a folder: add the name of a file to it'],
  ['file', /Not a directory/, 'what should be the folder of the destination is a file'],
  ['file', /No such file or directory/, 'the folder of the destination does not exist'],
  [
    'link',
    /Broken pipe|Connection reset|Connection was broken|Connection does not exist/i,
    'the receiver closed the connection',
  ],
  ['link', /Input\/output error/, 'the connection to the destination was lost, or its disk has failed'],
];

/** Why ffmpeg ended, for programs and people. */
export function explainExit(exit: EncoderExit): ExitCause {
  if (exit.signal !== null)
    return cause('killed', `killed by signal ${signalInWords(exit.signal)}`, exit.lastLines.at(-1));
  for (const [kind, pattern, words] of CAUSES) {
    const line = exit.lastLines.find((text) => pattern.test(text));
    if (line !== undefined) return cause(kind, words, line);
  }
  const lastLine = exit.lastLines.at(-1);
  if (exit.code === INTERRUPTED_STATUS)
    return cause('ended', `someone told it to end, by a signal (exit status ${exit.code})`, lastLine);
  if (exit.code === 0) return cause('ended', 'it ended by itself without an error', lastLine);
  return cause('unknown', `exit status ${exit.code}`, lastLine);
}

/** Why ffmpeg ended, in words. */
export function describeExit(exit: EncoderExit): string {
  return explainExit(exit).words;
}

/** A signal by its number and name, with what an operator may think of. */
export function signalInWords(signal: NodeJS.Signals | number): string {
  if (typeof signal === 'number') return `${signal}`;
  const hint = signal === 'SIGKILL' ? ', by someone or by the kernel for want of memory' : '';
  return `${constants.signals[signal]} (${signal}${hint})`;
}

/** ffmpeg puts its level and the address of the part that speaks before a line, libsrt the time, thread and socket. */
const LINE_HEAD = /^(\[[^\]]*\] )+|^[\d:.]+\/SRT:\S+ (@\d+: )?/;

function cause(kind: ExitCause['kind'], words: string, line: string | undefined): ExitCause {
  return { kind, words: line === undefined ? words : `${words} (ffmpeg: ${line.replace(LINE_HEAD, '')})` };
}
