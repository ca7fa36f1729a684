import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { bulk, list, readReply } from '../redis/scripted-redis.ts';
import { SMALL } from '../support/builder.ts';
import { Folder } from '../support/folder.ts';
import { script } from '../support/script.ts';
import { FRAMES_PER_SECOND, startWith } from './hostile-run.ts';

const LIMIT_MS = 120_000;
/** An answer that has begun is read away for 5 s, after a second of frames. */
const READ_AWAY_MS = 45_000;
/** It is 70 MB with frames of this size, with and without such an answer; kept whole, that would be more in a second. */
const MOST_KB = 200_000;

test.concurrent(
  'while a server never stops sending, reports go on and SIGTERM is obeyed at once',
  async () => {
    await using run = await startWith({ kind: 'fields', amount: 999_999_999 });
    const { server, builder } = run;
    await server.child.line(/the fault begins/, { withinMs: READ_AWAY_MS });
    await builder.line(/unique \d+, dup [1-9]\d/);
    expect(await builder.stop()).toBe(0);
    // In order: where something does not obey, the limit of 4.5 s for all of it ends the program, and says nothing.
    expect(builder.lines.at(-1)).toMatch(/ stopped/);
    expect(server.child.count(/the fault is over/)).toBeLessThanOrEqual(1);
  },
  LIMIT_MS,
);

/** Answers that are none, each to be given up at once: none leaves anybody waiting for more. */
const MALFORMED = [
  ':1\r\n',
  '+OK\r\n',
  list(':1\r\n'),
  list(list(bulk('imagestream'))),
  list(list(bulk('imagestream'), ':1\r\n')),
  list(list(bulk('imagestream'), list('*-1\r\n'))),
  readReply('soon', 'pixels', 'x'),
  list(list(bulk('imagestream'), list(list(':1\r\n', '*0\r\n')))),
  list(list(bulk('imagestream'), list(list(bulk('1-1'), ':1\r\n')))),
  list(list(bulk('imagestream'), list(list(bulk('1-1'), list(':1\r\n', ':1\r\n'))))),
  '*-1\r\n*-1\r\n*-1\r\n',
  '@\r\n',
  '>1\r\n$-1\r\n',
  '!5\r\nerror\r\n',
  '*9999999999\r\n:1\r\n@\r\n',
  'no reply at all\r\n',
];

test.concurrent(
  'malformed answers end connections, but never the program',
  async () => {
    await using run = await startWith({ kind: 'raw', answers: MALFORMED });
    const { server, builder } = run;
    const before = builder.pid;
    await server.child.line(/the fault is over/, { nth: MALFORMED.length, withinMs: 45_000 });
    const faults = builder.count(/it answers|its answer|Unknown RESP|not known/);
    await builder.line(/unique [1-9]/, { nth: builder.count(/unique [1-9]/) + 2 });
    expect(faults).toBeGreaterThan(3);
    expect(process.kill(before, 0)).toBe(true);
    expect(builder.count(/streaming to/)).toBe(1);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test.concurrent.each([
  ['a value of 10 GB', 9_999_999_999, /has 9999999999 bytes in pixels, .*153600 bytes/],
  [
    'a value of a size that Redis does not have',
    2 ** 40,
    /it answers with a size that is none: 1099511627776/,
  ],
] as const)(
  '%s costs no more memory than a few frames',
  async (_, amount, words) => {
    await using run = await startWith({ kind: 'value', amount });
    const { builder } = run;
    await builder.line(words, { withinMs: READ_AWAY_MS });
    await builder.line(/unique [1-9]/, { nth: builder.count(/unique [1-9]/) + 2 });
    const peakKb = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${builder.pid}/status`, 'utf8'))?.[1];
    expect(Number(peakKb)).toBeLessThan(MOST_KB);
    expect(builder.count(/streaming to/)).toBe(1);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

/** What ffmpeg gets of a gray frame: luma, and half as much chroma. */
const PICTURE_BYTES = (SMALL.widthPx * SMALL.heightPx * 3) / 2;

/** Takes the first two seconds of a video as ffmpeg does, and from then on 64 KiB every 7 s. */
const SLOWING = `
case "$*" in *pipe:0*) ;; *) exec ffmpeg "$@" ;; esac
{
  dd bs=${PICTURE_BYTES} count=${2 * FRAMES_PER_SECOND} iflag=fullblock status=none
  exec 3>&1
  while [ "$(head -c 65536 | tee /dev/fd/3 | wc -c)" -gt 0 ]; do sleep 7; done
} | ffmpeg "$@"`;

test.concurrent(
  'an ffmpeg that takes a little now and then, but no whole frame in 10 s, is followed by another one',
  async () => {
    using folder = new Folder();
    const FFMPEG = script(folder, 'slowing', SLOWING);
    await using run = await startWith({ kind: 'raw', answers: [] }, { FFMPEG });
    const { builder } = run;
    await builder.line(/ffmpeg failed: ffmpeg has taken no whole frame for 10 s; the next one begins/, {
      withinMs: 40_000,
    });
    await builder.line(/the next ffmpeg encodes/);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);
