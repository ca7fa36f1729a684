import { afterAll, describe, expect, test } from 'bun:test';
import { closeSync, readdirSync, readlinkSync, writeSync } from 'node:fs';
import { EncoderError } from '../../src/base/errors.ts';
import type { EncoderEvent } from '../../src/base/event.ts';
import type { EncoderOutput } from '../../src/encoder/arguments.ts';
import { startEncoder, type Encoder } from '../../src/encoder/encoder.ts';
import { makePipe } from '../../src/os/pipe.ts';
import { Folder } from '../support/folder.ts';
import { script } from '../support/script.ts';
import { until } from '../support/until.ts';

/** Real children need their time on a machine that is busy. */
const PATIENCE_MS = 20_000;

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

/** A shell script in ffmpeg's place, and what it has said so far. */
function start(name: string, body: string, secretOptions: Readonly<Record<string, string>> = {}) {
  const progress: EncoderEvent[] = [];
  const lines: string[] = [];
  const { readFd, writeFd } = makePipe();
  const encoder = startEncoder(
    {
      ffmpeg: script(folder, name, body),
      output: { kind: 'address', url: 'out.ts', secretOptions },
      argumentsFor: (output) => ['-first', secretsOf(output)],
      stdinFd: readFd,
    },
    (event) => {
      if (event.kind === 'encoder-line') lines.push(event.line);
      else progress.push(event);
    },
  );
  closeSync(readFd);
  const input = new Input(writeFd);
  void encoder.exited.then(() => input.end());
  return { encoder, progress, lines, input };
}

function secretsOf(output: EncoderOutput): string {
  return (output.kind === 'address' ? output.secretsPath : undefined) ?? 'no secrets';
}

/** The write end of its standard input, which does not block. */
class Input {
  #isOpen = true;

  constructor(private readonly fd: number) {}

  /** Waits while the pipe is full. */
  async write(bytes: Uint8Array): Promise<void> {
    let written = 0;
    await until(async () => {
      written += this.#put(bytes.subarray(written));
      return written === bytes.length;
    }, 'room in the pipe');
  }

  end(): void {
    if (this.#isOpen) closeSync(this.fd);
    this.#isOpen = false;
  }

  #put(bytes: Uint8Array): number {
    try {
      return writeSync(this.fd, bytes);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0;
      throw error;
    }
  }
}

function startNothing(): Encoder {
  return startEncoder(
    {
      ffmpeg: '/nowhere/ffmpeg',
      output: { kind: 'address', url: 'out.ts', secretOptions: { a: 'b' } },
      argumentsFor: () => [],
      stdinFd: 0,
    },
    () => {},
  );
}

/** Our descriptors of files of secrets, by what the system says of them. */
function openSecrets(): string[] {
  return readdirSync('/proc/self/fd')
    .map((fd) => linkOf(`/proc/self/fd/${fd}`))
    .filter((target) => target.includes('cosmos-video-options'));
}

/** Where a link leads; nothing where it is gone, as the one that the folder was read by. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** End of file, then the stop. */
function close({ encoder, input }: ReturnType<typeof start>) {
  input.end();
  return encoder.stop();
}

describe('what the encoder says', () => {
  test('is passed on: progress by the block, its log by the line', async () => {
    const { encoder, progress, lines } = start(
      'talker',
      `echo frame=3; echo total_size=99; echo progress=continue; echo frame=4; echo progress=end
       echo '[warning] one' >&2; echo >&2; echo '[error] two' >&2
       echo '[http @ 0x5] [warning] No trailing CRLF found in HTTP header. Adding it.' >&2`,
    );
    await encoder.ready;
    const exit = await encoder.exited;
    expect(progress).toEqual([
      { kind: 'encoder-progress', frames: 3, sizeBytes: 99 },
      { kind: 'encoder-progress', frames: 4 },
    ]);
    expect(lines).toEqual(['[warning] one', '[error] two']);
    expect(exit).toEqual({ code: 0, signal: null, lastLines: ['[warning] one', '[error] two'] });
  });

  test('is read to the end before the exit is told, and its last ten lines are kept', async () => {
    const { encoder, lines } = start(
      'chatter',
      'for i in $(seq 1 2000); do echo "line $i" >&2; done; exit 3',
    );
    const exit = await encoder.exited;
    expect(lines).toHaveLength(2_000);
    expect(exit.code).toBe(3);
    expect(exit.lastLines).toEqual(Array.from({ length: 10 }, (_, index) => `line ${1_991 + index}`));
  });

  test('before its first progress does not make it ready', async () => {
    const { encoder } = start('unready', 'echo frame=1; echo "opening" >&2; exit 1');
    const first = await Promise.race([
      encoder.ready.then(() => 'ready'),
      encoder.exited.then(() => 'exited'),
    ]);
    expect(first).toBe('exited');
  });
});

describe('the process', () => {
  test('gets the arguments as they are, and a process group of its own', async () => {
    const { encoder, lines } = start(
      'args',
      'echo "$# $1 $2" >&2; cut -d" " -f5 /proc/$$/stat >&2; echo $$ >&2',
    );
    await encoder.exited;
    expect(lines[0]).toBe('2 -first no secrets');
    // It leads the group, which so is not ours.
    expect(lines[1]).toMatch(/^\d+$/);
    expect(lines[2]).toBe(lines[1]);
  });

  test('reads what is written, all of it and then the end of file', async () => {
    const counter = start('counter', 'wc -c >&2');
    await counter.input.write(new Uint8Array(5_000_000));
    expect((await close(counter)).code).toBe(0);
    expect(counter.lines).toEqual(['5000000']);
  });

  test('that cannot be started is an error that names it', () => {
    const failure = {
      code: 'ffmpeg-not-started',
      text: expect.stringMatching(/^\/nowhere\/ffmpeg cannot be started: /),
    };
    expect(startNothing).toThrow(expect.objectContaining({ name: 'EncoderError', failure }));
  });

  test(
    'that can be killed is killed with all that it has started',
    async () => {
      const { encoder, lines } = start('wrapper', 'sleep 600 & echo begun >&2; wait');
      await until(async () => lines.length > 0, 'first word');
      encoder.kill();
      const exit = await encoder.exited;
      expect(exit.signal).toBe('SIGKILL');
      encoder.kill();
    },
    PATIENCE_MS,
  );
});

describe('a stop', () => {
  test('gives the encoder the time to write its trailer', async () => {
    const orderly = start('orderly', 'cat >/dev/null; sleep 0.3; echo trailer >&2');
    const exit = await close(orderly);
    expect(exit).toMatchObject({ code: 0, signal: null });
    expect(orderly.lines).toEqual(['trailer']);
  });

  test(
    'asks one that ignores the end of file to stop after 1.5 s, and ends one that ignores that, too, 0.3 s later',
    async () => {
      const ignoring = start('ignoring', 'trap "exit 42" TERM; while :; do sleep 0.1; done');
      const hanging = start('hanging', 'trap "" TERM; while :; do sleep 0.1; done');
      const begun = performance.now();
      const told = close(ignoring).then((exit) => ({ exit, afterMs: performance.now() - begun }));
      const killed = close(hanging).then((exit) => ({ exit, afterMs: performance.now() - begun }));
      expect((await told).exit).toMatchObject({ code: 42, signal: null });
      expect((await told).afterMs).toBeGreaterThan(1_400);
      expect((await killed).exit).toMatchObject({ code: null, signal: 'SIGKILL' });
      expect((await killed).afterMs).toBeGreaterThan(1_700);
      expect((await killed).afterMs).toBeLessThan(PATIENCE_MS / 2);
    },
    PATIENCE_MS,
  );

  test('can be asked for twice, and after the end', async () => {
    const { encoder } = start('short', 'exit 7');
    await encoder.exited;
    const [first, second] = await Promise.all([encoder.stop(), encoder.stop()]);
    expect(first).toMatchObject({ code: 7 });
    expect(second).toBe(first);
  });
});

describe('secret options', () => {
  test('can be read by the encoder alone, and stand in no argument and no environment', async () => {
    const secret = 'correct horse battery';
    const { encoder, lines } = start(
      'secretive',
      'cat "$2"; cat "$2" >&2; tr "\\0" " " </proc/$$/cmdline >&2; echo >&2; env >&2',
      { passphrase: secret, streamid: '#!::r=a,m=publish' },
    );
    await encoder.exited;
    expect(lines.slice(0, 2)).toEqual([`passphrase=${secret}`, 'streamid=#!::r=a,m=publish']);
    expect(lines[2]).toEndWith('/secretive -first /dev/fd/3 ');
    expect(lines.slice(2).join('\n')).not.toContain(secret);
  });

  test('of two encoders are their own', async () => {
    const one = start('one', 'cat "$2" >&2', { passphrase: 'the first' });
    const two = start('two', 'cat "$2" >&2', { passphrase: 'the second' });
    await Promise.all([one.encoder.exited, two.encoder.exited]);
    expect([one.lines, two.lines]).toEqual([['passphrase=the first'], ['passphrase=the second']]);
  });

  test('leave no descriptor open with us', async () => {
    const { encoder } = start('secret-holder', 'cat "$2" >&2', { passphrase: 'x' });
    expect(openSecrets()).toEqual([]);
    await encoder.exited;
    expect(startNothing).toThrow(EncoderError);
    expect(openSecrets()).toEqual([]);
  });
});
