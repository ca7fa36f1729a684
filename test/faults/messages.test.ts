import { expect, test } from 'bun:test';
import { bulk, list, newestReply, ScriptedRedis } from '../direct/scripted-redis.ts';
import { EXECUTABLE, startBuilder } from '../support/builder.ts';
import { Child } from '../support/child.ts';
import { NotifySocket } from '../support/notify-socket.ts';
import { script } from '../support/script.ts';
import { Stage } from '../support/stage.ts';

const LIMIT_MS = 60_000;
/** Clears the screen, goes to its first line, rings, and begins what looks like another entry of the journal. */
const HOSTILE = '\u001B[2J\u001B[H\u0007\r<2>forged\u0000';
const WRITTEN_OUT = String.raw`\x1b[2J\x1b[H\x07\r<2>forged\x00`;
/** What no line of the program may hold; the line breaks between them are taken off by then. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const portOf = ({ address }: ScriptedRedis) => (address.kind === 'unix' ? '' : `${address.port}`);

test.concurrent(
  'control characters in what a server answers are written out in the log',
  async () => {
    await using server = await ScriptedRedis.start([[[`-ERR ${HOSTILE}\r\n`]]]);
    await using builder = startBuilder({ PORT: portOf(server), DESTINATION: 'x.ts' });
    expect(await builder.line(/forged/)).toContain(`ERR ${WRITTEN_OUT}`);
    expect(builder.lines.filter((line) => CONTROL.test(line))).toEqual([]);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test.concurrent(
  'a line break in what a server answers begins no entry of the journal',
  async () => {
    // An id that is none: what is said of it holds it.
    const conversation = [[list(bulk('1'), bulk('1'))], [newestReply('1-1\n<2>forged', 'pixels', '')]];
    await using server = await ScriptedRedis.start([conversation]);
    await using builder = new Child([EXECUTABLE, '--port', portOf(server), '--host', '127.0.0.1'], {
      env: { JOURNAL_STREAM: '8:1', COSMOS_VIDEO_DESTINATION: 'x.ts', COSMOS_VIDEO_RESOLUTION: '320x240' },
    });
    expect(await builder.line(/forged/)).toMatch(/^<3>.*not a stream id: 1-1\\n<2>forged/);
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
