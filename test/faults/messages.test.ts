import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { newestReply, ScriptedRedis } from '../redis/scripted-redis.ts';
import { EXECUTABLE, startBuilder } from '../support/builder.ts';
import { Child } from '../support/child.ts';
import { NotifySocket } from '../support/notify-socket.ts';
import { script } from '../support/script.ts';
import { Stage } from '../support/stage.ts';

const LIMIT_MS = 150_000;
/** Clears the screen, goes to its first line, rings, and begins what looks like another entry of the journal. */
const HOSTILE = '\u001B[2J\u001B[H\u0007\r<2>forged\u0000';
const WRITTEN_OUT = String.raw`\x1b[2J\x1b[H\x07\r<2>forged\x00`;
/** What no line of the program may hold; the line breaks between them are taken off by then. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** An ffmpeg is called slow after 10 s, which begin once it takes frames again: what is said sooner is of the time before that. */
const SOONEST_SLOW_MS = 5_000;

/** When a line was written, which stands before it. */
const timeMs = (line = '') => Date.parse(line.split(' ')[0] ?? '');

/** The one child that the program has while it streams. */
const ffmpegOf = ({ pid }: Child) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());

const portOf = ({ address }: ScriptedRedis) => (address.kind === 'unix' ? '' : `${address.port}`);

test.concurrent(
  'control characters in what a server answers are written out in the log',
  async () => {
    await using server = await ScriptedRedis.start([[[`-ERR ${HOSTILE}\r\n`]]]);
    // Why it does not count stands before the first report, which comes after 10 s otherwise.
    await using builder = startBuilder({ PORT: portOf(server), DESTINATION: 'x.ts', STATS_INTERVAL: '1' });
    expect(await builder.line(/forged/, { withinMs: 40_000 })).toContain(`ERR ${WRITTEN_OUT}`);
    expect(builder.lines.filter((line) => CONTROL.test(line))).toEqual([]);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test.concurrent(
  'a line break in what a server answers begins no entry of the journal',
  async () => {
    // An id that is none: what is said of it holds it.
    const id = newestReply('1-1\n<2>forged', 'pixels', '');
    const conversation = [['-ERR no counts\r\n'], [':1\r\n'], [id]];
    await using server = await ScriptedRedis.start([conversation]);
    await using builder = new Child([EXECUTABLE, '--port', portOf(server), '--host', '127.0.0.1'], {
      env: { JOURNAL_STREAM: '8:1', COSMOS_VIDEO_DESTINATION: 'x.ts', COSMOS_VIDEO_RESOLUTION: '320x240' },
    });
    expect(await builder.line(/forged/, { withinMs: 40_000 })).toMatch(
      /^<3>.*not a stream id: 1-1\\n<2>forged/,
    );
    expect(builder.lines.filter((line) => !/^<[346]>[ -~]+$/.test(line))).toEqual([]);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test.concurrent(
  'control characters in the words of ffmpeg are written out in the log and for the service manager',
  async () => {
    await using stage = await Stage.open();
    using socket = new NotifySocket(stage.file('notify'));
    // It answers the questions about formats as it should, and cannot encode.
    const ffmpeg = script(
      stage.folder,
      'hostile',
      String.raw`case "$*" in *framecrc*) exec ffmpeg "$@";; esac
printf '[error] no \033[2J\007\302\233 \342\200\256 way\n' >&2; exit 1`,
    );
    await using builder = new Child([EXECUTABLE, '--port', `${stage.server.port}`, '--host', '127.0.0.1'], {
      env: {
        COSMOS_VIDEO_RESOLUTION: '320x240',
        COSMOS_VIDEO_DESTINATION: stage.file('x.ts'),
        COSMOS_VIDEO_FFMPEG: ffmpeg,
        NOTIFY_SOCKET: socket.path,
      },
    });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/trying again in/) > 0);
    const said = String.raw`no \x1b[2J\x07\x9b \u202e way`;
    expect(builder.lines.find((line) => line.includes('ffmpeg: no'))).toContain(said);
    expect(await socket.message(/^STATUS=retrying/)).toContain(said);
    const told = socket.messages.flatMap((message) => message.split('\n'));
    expect([...builder.lines, ...told].filter((line) => CONTROL.test(line))).toEqual([]);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test.concurrent(
  'a source that is faster than the video is said with the ways out, once',
  async () => {
    await using stage = await Stage.open();
    const builder = stage.builder({ DESTINATION: stage.file('x.ts'), STATS_INTERVAL: '1' });
    await builder.line(/connected/);
    await using source = startBuilder({ PORT: `${stage.server.port}` }, 'source', '--rate', '60');
    const line = await builder.line(/gets .* frames a second/, { withinMs: 120_000 });
    expect(line).toMatch(/warn .*the video shows 24.00: .*COSMOS_VIDEO_FRAMERATE, .*_SCALING=skip/);
    expect(builder.count(/gets .* frames a second/)).toBe(1);
    expect(await source.stop()).toBe(0);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test.concurrent(
  'frames of a wrong size, for ever, are said ten times and then no more than once a minute',
  async () => {
    await using stage = await Stage.open();
    const builder = stage.builder({ DESTINATION: stage.file('x.ts') });
    await builder.line(/connected/);
    const startMs = performance.now();
    while (performance.now() - startMs < 15_000) {
      await stage.redis.xadd('imagestream', 'MAXLEN', '=', 100, '*', 'pixels', 'too short');
      await Bun.sleep(100);
    }
    await builder.line(/has 9 bytes in pixels, .* \(and \d+ more before it\)/, { nth: 5 });
    expect(builder.count(/has 9 bytes in pixels/)).toBeLessThanOrEqual(10);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test.concurrent(
  'a source that falls silent while the stream goes on is said, and that its frames are back',
  async () => {
    await using stage = await Stage.open();
    const builder = stage.builder({ DESTINATION: stage.file('x.ts'), IDLE_TIMEOUT: '0' });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/streaming to/) === 1);
    await builder.line(/warn .*no new frame on imagestream for \d+ s: repeating the last picture/);
    await stage.writer.writeUntil(
      async () => builder.count(/info .*imagestream are back, after \d+ s/) === 1,
    );
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test.concurrent.each([
  ['ffmpeg', /ffmpeg took no frame for \d+ s: it was stopped/],
  ['the program', /the program was held up for \d+ s/],
] as const)(
  '%s stopped for 5 s is said to have been, and nobody is told to give it more CPU',
  async (who, words) => {
    await using stage = await Stage.open();
    const builder = stage.builder({
      DESTINATION: stage.file('x.ts'),
      STATS_INTERVAL: '1',
      IDLE_TIMEOUT: '0',
    });
    await builder.line(/connected/);
    const reports = (count: number) => async () => builder.count(/streaming \| out/) >= count;
    await stage.writer.writeUntil(reports(3));
    const pid = who === 'ffmpeg' ? ffmpegOf(builder) : builder.pid;
    const linesBefore = builder.lines.length;
    const said = () => builder.lines.slice(linesBefore);
    process.kill(pid, 'SIGSTOP');
    const startMs = performance.now();
    await stage.writer.writeUntil(async () => performance.now() - startMs > 5_000);
    process.kill(pid, 'SIGCONT');
    await stage.writer.writeUntil(async () => builder.count(words) >= 1);
    const before = builder.count(/streaming \| out/);
    // Longer than slowness is looked for.
    await stage.writer.writeUntil(reports(before + 12), 24, 40_000);
    expect(builder.count(words)).toBe(1);
    const [slow, stood] = [/cannot keep up/, words].map((one) => said().find((line) => one.test(line)));
    // Of what comes after it, a busy machine may be told so.
    if (slow !== undefined) expect(timeMs(slow) - timeMs(stood)).toBeGreaterThan(SOONEST_SLOW_MS);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);
