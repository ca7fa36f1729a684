import { expect, test } from 'bun:test';
import { existsSync, mkdirSync, readFileSync, watch } from 'node:fs';
import { environment, EXECUTABLE } from '../support/builder.ts';
import { Child } from '../support/child.ts';
import { childrenOf, commandOf, isRunning } from '../support/processes.ts';
import { script } from '../support/script.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 60_000;
/** Half a second on a quiet machine. After 4.5 s the program gives up: it ends well then, whatever hangs, and says nothing. */
const STOP_MS = 10_000;
const SECRETS = { PASSWORD: 'swordfish', PASSPHRASE: 'correct-horse', STREAM_ID: 'cam-one-of-two' };

/** The encoder of a program that streams. */
function encoderOf(builder: Child): number {
  const pid = childrenOf(builder.pid).find((child) => commandOf(child).includes('libx264'));
  if (pid === undefined) throw new Error('it has no encoder');
  return pid;
}

/** The program with more in its environment than settings. */
function builderWith(
  stage: Stage,
  settings: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
): Child {
  const env = { ...environment({ PORT: `${stage.server.port}`, ...settings }), ...variables };
  return new Child([EXECUTABLE], { env });
}

test.concurrent(
  'no run of ffmpeg has a setting or a secret of ours in its environment',
  async () => {
    await using stage = await Stage.open('--requirepass', SECRETS.PASSWORD);
    await stage.redis.auth(SECRETS.PASSWORD);
    const seen = stage.file('environments');
    const settings = {
      PASSWORD: SECRETS.PASSWORD,
      DESTINATION: `srt://127.0.0.1:1?passphrase=${SECRETS.PASSPHRASE}&streamid=${SECRETS.STREAM_ID}`,
      FFMPEG: script(stage.folder, 'ffmpeg', `{ echo "$@"; env; echo; } >>${seen}; exec ffmpeg "$@"`),
    };
    const builder = stage.builder(settings);
    await builder.line(/connected/);
    const runs = () => (existsSync(seen) ? readFileSync(seen, 'utf8') : '');
    await stage.writer.writeUntil(async () => /^-hide_banner.*libx264/m.test(runs()));
    await builder.stop();
    const check = stage.builder(settings, 'check');
    await check.exit();
    for (const question of ['framecrc', '-version', '-encoders', '-protocols', 'libx264'])
      expect(runs()).toMatch(new RegExp(`^-hide_banner.*${question}`, 'm'));
    expect(runs()).toContain('PATH=');
    expect(runs()).not.toContain('COSMOS_VIDEO');
    for (const secret of Object.values(SECRETS)) expect(runs()).not.toContain(secret);
  },
  LIMIT_MS,
);

test.concurrent(
  'secrets for ffmpeg never have a name in any folder, whenever the program may be killed',
  async () => {
    await using stage = await Stage.open();
    const temporary = stage.file('temporary');
    mkdirSync(temporary);
    using watched = watching(temporary);
    const secretFile = stage.file('secret-file');
    const FFMPEG = script(
      stage.folder,
      'ffmpeg',
      `case "$*" in *-fpre*) readlink /proc/$$/fd/3 >${secretFile};; esac; exec ffmpeg "$@"`,
    );
    const DESTINATION = `http://viewer:${SECRETS.PASSPHRASE}@127.0.0.1:1/live`;
    await using builder = builderWith(stage, { DESTINATION, FFMPEG }, { TMPDIR: temporary });
    await builder.line(/connected/);
    const found = () => (existsSync(secretFile) ? readFileSync(secretFile, 'utf8') : '');
    await stage.writer.writeUntil(async () => found().endsWith('\n'));
    expect(found()).toBe('/memfd:cosmos-video-options (deleted)\n');
    expect(watched.names).toEqual([]);
    await builder.stop();
  },
  LIMIT_MS,
);

test.concurrent(
  'SIGTERM while ffmpeg hangs at the first question ends both at once',
  async () => {
    await using stage = await Stage.open();
    const pidFile = stage.file('pid');
    const FFMPEG = script(stage.folder, 'ffmpeg', `echo $$ >${pidFile}; exec sleep 600`);
    const builder = stage.builder({ DESTINATION: '/dev/null', FFMPEG });
    const pid = () => (existsSync(pidFile) ? readFileSync(pidFile, 'utf8') : '');
    await until(async () => pid().endsWith('\n'), 'ffmpeg');
    expect(await builder.stop('SIGTERM', STOP_MS)).toBe(0);
    expect(builder.text).toContain('stopped while ffmpeg was asked');
    await until(async () => !isRunning(Number(pid())), 'end of ffmpeg', STOP_MS);
  },
  LIMIT_MS,
);

test.concurrent(
  'SIGTERM while check asks an ffmpeg that hangs ends both at once',
  async () => {
    await using stage = await Stage.open();
    const pidFile = stage.file('pid');
    const FFMPEG = script(stage.folder, 'ffmpeg', `echo $$ >>${pidFile}; exec sleep 600`);
    const builder = stage.builder({ DESTINATION: '/dev/null', FFMPEG }, 'check');
    // Three questions at a time.
    const pids = () =>
      existsSync(pidFile) ? readFileSync(pidFile, 'utf8').trim().split('\n').map(Number) : [];
    await until(async () => pids().length === 3, 'ffmpeg');
    expect(await builder.stop('SIGTERM', STOP_MS)).toBe(1);
    await until(async () => !pids().some(isRunning), 'end of ffmpeg', STOP_MS);
  },
  LIMIT_MS,
);

test.concurrent(
  'SIGKILL of the program leaves no ffmpeg behind, not even a stopped one',
  async () => {
    await using stage = await Stage.open();
    const builder = stage.builder({ DESTINATION: stage.file('out.ts') });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/streaming to/) === 1);
    const encoder = encoderOf(builder);
    process.kill(encoder, 'SIGSTOP');
    try {
      await builder.stop('SIGKILL');
      await until(async () => !isRunning(encoder), 'end of ffmpeg');
    } finally {
      if (isRunning(encoder)) process.kill(encoder, 'SIGKILL');
    }
  },
  LIMIT_MS,
);

test.concurrent(
  'where there is no setpriv it goes on without, and streams',
  async () => {
    await using stage = await Stage.open();
    const FFMPEG = Bun.which('ffmpeg') ?? '';
    const PATH = stage.folder.path;
    await using builder = builderWith(stage, { DESTINATION: '/dev/null', FFMPEG }, { PATH });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/streaming to/) === 1);
    expect(commandOf(encoderOf(builder))[0]).toBe(FFMPEG);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

test.concurrent(
  'a stream counts as open soon with an ffmpeg that first speaks after its period, as version 7 does',
  async () => {
    await using stage = await Stage.open();
    const period = stage.file('period');
    // It says it once, and is not asked for more.
    const FFMPEG = script(
      stage.folder,
      'ffmpeg',
      `case "$*" in *libx264*) ;; *) exec ffmpeg "$@";; esac
       while [ "$1" != -stats_period ]; do shift; done
       echo "$2" >${period}
       (sleep "$2"; echo frame=1; echo progress=continue) &
       cat >/dev/null; wait`,
    );
    const builder = stage.builder({ DESTINATION: 'tcp://127.0.0.1:1', FFMPEG });
    await builder.line(/connected/);
    await stage.writer.writeUntil(async () => builder.count(/streaming to/) === 1);
    // All else is the time that the machine takes.
    expect(Number(readFileSync(period, 'utf8'))).toBeWithin(0.01, 0.2);
    expect(await builder.stop()).toBe(0);
  },
  LIMIT_MS,
);

/** Every name that comes into a folder or goes from it, however short it is there. */
function watching(folder: string): Disposable & { readonly names: readonly (string | null)[] } {
  const names: (string | null)[] = [];
  const watcher = watch(folder, (_, name) => names.push(name));
  return { names, [Symbol.dispose]: () => watcher.close() };
}
