import { expect, test } from 'bun:test';
import { rmSync, writeFileSync } from 'node:fs';
import { NotifySocket } from '../support/notify-socket.ts';
import { EXECUTABLE } from '../support/builder.ts';
import { Child } from '../support/child.ts';
import { script } from '../support/script.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 60_000;

function settingsFile(stage: Stage, lines: readonly string[]): string {
  const path = stage.file('settings.env');
  const base = [
    `COSMOS_VIDEO_PORT=${stage.server.port}`,
    'COSMOS_VIDEO_HOST=127.0.0.1',
    'COSMOS_VIDEO_RESOLUTION=320x240',
  ];
  writeFileSync(path, [...base, 'COSMOS_VIDEO_CODEC_PRESET="ultrafast"', ...lines, ''].join('\n'));
  return path;
}

test.each(['path', 'abstract'])(
  'a service manager behind a socket (%s) is told of readiness, state, progress and the end',
  async (kind) => {
    await using stage = await Stage.open();
    using socket = new NotifySocket(
      kind === 'path' ? stage.file('notify') : `@cosmos-video-test-${stage.server.port}`,
    );
    const environment = { NOTIFY_SOCKET: socket.path };
    const settings = { COSMOS_VIDEO_PORT: `${stage.server.port}`, COSMOS_VIDEO_RESOLUTION: '320x240' };
    await using builder = new Child(
      [EXECUTABLE, '--host', '127.0.0.1', '--destination', stage.file('x.ts'), '--codec-preset', 'ultrafast'],
      { env: { ...environment, ...settings } },
    );
    await socket.message(/^READY=1$/);
    await socket.message(/^STATUS=waiting for frames on imagestream$/);
    await socket.message(/^WATCHDOG=1$/, { nth: 2 });
    await stage.writer.writeUntil(async () => builder.count(/streaming to/) === 1);
    let told = '';
    const telling = socket.message(/^STATUS=streaming \d+\.\d fps to/).then((text) => (told = text));
    await stage.writer.writeUntil(async () => told !== '');
    expect(await telling).toMatch(/^STATUS=streaming \d+\.\d fps to .*x\.ts, \d+ dup, lag \d+ ms$/);
    expect(await builder.stop()).toBe(0);
    await socket.message(/^STOPPING=1$/);
  },
  LIMIT_MS,
);

test(
  'a reload takes good settings over with one restart of the stream, and refuses bad ones',
  async () => {
    await using stage = await Stage.open();
    using socket = new NotifySocket(stage.file('notify'));
    const path = settingsFile(stage, [`COSMOS_VIDEO_DESTINATION=${stage.file('first.ts')}`]);
    const sourced = await Bun.file(path).text();
    const started = Object.fromEntries(
      sourced
        .trim()
        .split('\n')
        .map((line) => line.replaceAll('"', '').split('=')),
    );
    await using builder = new Child([EXECUTABLE], {
      env: { ...started, NOTIFY_SOCKET: socket.path, COSMOS_VIDEO_ENV_FILE: path },
    });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/streaming to .*first/) === 1);

    settingsFile(stage, [
      `COSMOS_VIDEO_DESTINATION=${stage.file('second.ts')}`,
      'COSMOS_VIDEO_FRAMERATE=nonsense',
    ]);
    builder.signal('SIGHUP');
    await builder.line(/COSMOS_VIDEO_FRAMERATE is "nonsense"/);
    await builder.line(/those from before stay in force/);
    await socket.message(/^RELOADING=1\nMONOTONIC_USEC=\d+$/);
    await socket.message(/^READY=1$/, { nth: 2 });

    const troubled = script(stage.folder, 'troubled', 'echo Cannot allocate memory >&2; exit 1');
    settingsFile(stage, [
      `COSMOS_VIDEO_DESTINATION=${stage.file('second.ts')}`,
      `COSMOS_VIDEO_FFMPEG=${troubled}`,
    ]);
    builder.signal('SIGHUP');
    await builder.line(/could not say the size of a frame .*Cannot allocate memory/);
    await builder.line(/those from before stay in force/, { nth: 2 });
    await socket.message(/^READY=1$/, { nth: 3 });

    settingsFile(stage, [
      `COSMOS_VIDEO_DESTINATION=${stage.file('second.ts')}`,
      '# a comment',
      'COSMOS_VIDEO_FRAMERATE=12',
    ]);
    builder.signal('SIGHUP');
    await stage.writer.writeUntil(async () => builder.count(/streaming to .*second/) === 1);
    expect(builder.text).toMatch(/-> 12 fps by scale/);
    await socket.message(/^READY=1$/, { nth: 4 });

    builder.signal('SIGHUP');
    await builder.line(/nothing has changed/);
    rmSync(path);
    builder.signal('SIGHUP');
    await builder.line(/settings.env .* cannot be read/);
    expect(builder.count(/streaming to/)).toBe(2);
    expect(await builder.stop()).toBe(0);
    await until(async () => Bun.file(stage.file('second.ts')).size > 0, 'the second recording');
  },
  LIMIT_MS,
);

test(
  'what the service manager is told shows no secret, for everyone on the machine can read it',
  async () => {
    await using stage = await Stage.open();
    using socket = new NotifySocket(stage.file('notify'));
    await using builder = new Child([EXECUTABLE, '--port', `${stage.server.port}`, '--host', '127.0.0.1'], {
      env: {
        COSMOS_VIDEO_RESOLUTION: '320x240',
        // Nobody listens there, and what ffmpeg says of it has the whole address.
        COSMOS_VIDEO_DESTINATION: 'http://operator:swordfish@127.0.0.1:1/in?token=abcdef',
        NOTIFY_SOCKET: socket.path,
      },
    });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/trying again in/) > 0);
    expect(await socket.message(/^STATUS=retrying/)).toContain('127.0.0.1:1');
    expect(socket.messages.join()).not.toMatch(/swordfish|abcdef/);
    expect(builder.text).not.toMatch(/swordfish|abcdef/);
  },
  LIMIT_MS,
);
