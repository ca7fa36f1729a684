import { constants } from 'node:os';

/** How an ffmpeg ended. */
export interface EncoderExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | number | null;
  /** The last lines that it wrote, oldest first. */
  readonly lastLines: readonly string[];
}

/** ffmpeg writes the trailer and ends with this status when it gets SIGTERM or SIGINT (main in fftools/ffmpeg.c). */
const INTERRUPTED_STATUS = 255;

/** What ffmpeg and libsrt write, and what it means to an operator. The first match counts. */
const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/Incorrect passphrase|BADSECRET|wrong password/i, 'the receiver refuses the passphrase'],
  [
    /Password required|UNSECURE/i,
    'the receiver asks for a passphrase, or expects none: both sides must agree',
  ],
  [/SRTO_PASSPHRASE/, 'the passphrase is refused by SRT: it must have 10 to 64 characters'],
  [
    /REJECT/,
    'the receiver rejects the connection: is the streamid right, and not in use by another publisher?',
  ],
  [/Failed to resolve hostname/, 'unknown host: check the name in COSMOS_VIDEO_DESTINATION, and the DNS'],
  [/Connection refused/, 'connection refused: nothing listens at the destination'],
  [/Network is unreachable|No route to host/i, 'the network of the destination cannot be reached'],
  [/Connection timed out|Operation timed out/i, 'connection timed out: no answer from the destination'],
  [
    /Connection to srt:\S* failed/,
    'connection timed out or refused: no SRT listener answers at the destination (is it running, and the UDP port open?)',
  ],
  [/Unknown encoder|Encoder not found/i, 'this ffmpeg has no such encoder: it needs libx264'],
  [/Protocol not found/, 'this ffmpeg does not know the protocol of the destination'],
  [
    /Unrecognized option|Option .* not found/,
    'this ffmpeg does not know one of its arguments: version 5.1 or later is needed',
  ],
  [/No space left on device/, 'the disk is full'],
  [/Permission denied/, 'permission denied at the destination'],
  [/No such file or directory/, 'the folder of the destination does not exist'],
  [
    /Broken pipe|Connection reset|Connection was broken|Connection does not exist/i,
    'the receiver closed the connection',
  ],
  [/srt:.*Input\/output error|Input\/output error/, 'the connection to the destination was lost'],
];

/** Why ffmpeg ended, in words, with its own last line behind them where it said anything. */
export function describeExit(exit: EncoderExit): string {
  // Without the level, which every line has, and the address of the part that says it.
  const lastLine = exit.lastLines.at(-1)?.replace(/^(\[[^\]]*\] )+/, '');
  const quoted = lastLine === undefined ? '' : ` (ffmpeg: ${lastLine})`;
  return `${causeOf(exit)}${quoted}`;
}

function causeOf(exit: EncoderExit): string {
  const known = CAUSES.find(([pattern]) => exit.lastLines.some((line) => pattern.test(line)));
  if (exit.signal !== null) return `killed by signal ${signalInWords(exit.signal)}`;
  if (known) return known[1];
  if (exit.code === INTERRUPTED_STATUS)
    return `someone told it to end, by a signal (exit status ${exit.code})`;
  return exit.code === 0 ? 'it ended by itself without an error' : `exit status ${exit.code}`;
}

function signalInWords(signal: NodeJS.Signals | number): string {
  if (typeof signal === 'number') return `${signal}`;
  const hint = signal === 'SIGKILL' ? ', by someone or by the kernel for want of memory' : '';
  return `${constants.signals[signal]} (${signal}${hint})`;
}
