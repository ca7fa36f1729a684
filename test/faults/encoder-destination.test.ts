import { expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { freeUdpPort } from '../support/ports.ts';
import { SMALL } from '../support/builder.ts';
import { script } from '../support/script.ts';
import { Stage } from '../support/stage.ts';
import { frameNumbers } from '../support/video.ts';
import { nextAccount } from './frame-account.ts';
import { TALKATIVE } from './program.ts';

const LIMIT_MS = 90_000;
/** Two attempts at a link that does not answer take seven seconds; a busy machine gets several times as much. */
const ATTEMPTS_MS = 50_000;
/** Enough to see that a file is a recording. */
const PICTURES = 24;
/** Lines at the levels that an operator sees, by what the program puts before them; a busy machine is told of that, too. */
const TROUBLE = /^\S+ (error|warn) (?!.*(behind the schedule|was held up|cannot keep up|took no frame))/;

test.concurrent(
  'two programs that are given one file make two recordings, however close they start',
  async () => {
    await using stage = await Stage.open();
    const path = stage.file('out.ts');
    const settings = { DESTINATION: path, ...TALKATIVE };
    const builders = [stage.builder(settings), stage.builder(settings)];
    for (const builder of builders) await builder.line(/waiting for frames/);
    for (const builder of builders) await builder.line(/connected/);
    await stage.writer.writeUntil(async () =>
      builders.every((builder) => builder.count(/streaming to/) === 1),
    );
    await stage.writer.writeUntil(async () => {
      const accounts = await Promise.all(builders.map((builder) => nextAccount(builder)));
      return accounts.every(({ encoded }) => encoded >= PICTURES);
    });
    for (const builder of builders) expect(await builder.stop()).toBe(0);
    const told = builders.filter((builder) => builder.count(/out\.ts exists already.*out-2\.ts/) === 1);
    expect(told).toHaveLength(1);
    for (const name of ['out.ts', 'out-2.ts'])
      expect((await frameNumbers(stage.file(name), SMALL)).length).toBeGreaterThanOrEqual(PICTURES);
    expect(readdirSync(stage.folder.path).toSorted()).toEqual(['out-2.ts', 'out.ts']);
  },
  LIMIT_MS,
);

test.concurrent(
  'an ffmpeg that fails to open leaves no empty file behind, and the next attempt takes the same name',
  async () => {
    await using stage = await Stage.open();
    // Good at questions, but not at its work.
    const FFMPEG = script(stage.folder, 'ffmpeg', 'case "$*" in *libx264*) exit 1;; esac; exec ffmpeg "$@"');
    const builder = stage.builder({ DESTINATION: stage.file('out.ts'), FFMPEG, LOG_LEVEL: 'debug' });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/ failed: exit status 1; trying again/) >= 2);
    expect(await builder.stop()).toBe(0);
    expect(builder.count(/exists already/)).toBe(0);
    expect(readdirSync(stage.folder.path)).toEqual(['ffmpeg']);
  },
  LIMIT_MS,
);

test.concurrent(
  'an SRT attempt that fails is one line, and so are all that fail alike for a minute',
  async () => {
    await using stage = await Stage.open();
    const DESTINATION = `srt://127.0.0.1:${await freeUdpPort()}`;
    const builder = stage.builder({ DESTINATION, LOG_LEVEL: 'debug' });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/ failed: .*trying again/) >= 2, 24, ATTEMPTS_MS);
    const trouble = builder.lines.filter((line) => TROUBLE.test(line));
    expect(trouble).toEqual([
      expect.stringMatching(
        /failed: no SRT listener answers at the destination .*; trying again in 0\.\d s$/,
      ),
    ]);
    expect(builder.count(/info .*opening/)).toBe(1);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test.concurrent.each([
  [
    'a folder',
    (stage: Stage) => stage.folder.path,
    /failed: the destination is a folder: add the name of a file/,
  ],
  ['a host that is not there', () => 'udp://nohost.invalid:9000', /failed: unknown host: check the name/],
])(
  'the cause is named where the destination is %s',
  async (_, destinationOf, words) => {
    await using stage = await Stage.open();
    const builder = stage.builder({ DESTINATION: destinationOf(stage) });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/ failed: /) > 0);
    expect(builder.text).toMatch(words);
    expect(builder.lines.filter((line) => TROUBLE.test(line))).toHaveLength(1);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);
