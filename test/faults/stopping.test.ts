import { expect, test } from 'bun:test';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { freeTcpPort, freeUdpPort } from '../support/ports.ts';
import { SrtReceiver } from '../support/receiver.ts';
import { RedisServer } from '../support/redis-server.ts';
import { script } from '../support/script.ts';
import { until } from '../support/until.ts';
import { UdpProxy } from '../support/udp-proxy.ts';
import { FaultStage, lasting } from './fault-stage.ts';
import { childrenOf, gone } from './processes.ts';
import type { Program } from './program.ts';

const LIMIT_MS = 90_000;
/** The program allows itself 4.5 s to stop; a busy machine may take as much again. */
const STOP_MS = 10_000;

/** A state of the program in which it is told to stop. */
interface State {
  readonly state: string;
  readonly reach: (stage: FaultStage) => Promise<Program>;
}

const STATES: readonly State[] = [
  {
    state: 'before Redis is there',
    async reach(stage) {
      const program = stage.started({ settings: { PORT: `${await freeTcpPort()}` } });
      await program.line(/connection refused/);
      return program;
    },
  },
  {
    state: 'while it connects to a Redis that is not heard of',
    async reach(stage) {
      const server = stage.use(await RedisServer.start('--tcp-backlog', '1'));
      server.signal('SIGSTOP');
      stage.use(await fillBacklog(server.port));
      const program = stage.started({ settings: { PORT: `${server.port}` } });
      await program.line(/waiting for frames/);
      return program;
    },
  },
  {
    state: 'while Redis has taken the connection and answers nothing',
    async reach(stage) {
      stage.server.signal('SIGSTOP');
      const program = stage.started();
      await program.line(/waiting for frames/);
      return program;
    },
  },
  {
    state: 'while Redis refuses the password',
    async reach(stage) {
      await stage.redis.config('SET', 'requirepass', 'right-password');
      const program = stage.started({ settings: { PASSWORD: 'wrong-password' } });
      await program.line(/refuses the password/);
      return program;
    },
  },
  {
    state: 'while it waits for frames',
    async reach(stage) {
      const program = stage.started();
      await program.line(/: connected/);
      return program;
    },
  },
  {
    state: 'while ffmpeg does not say the size of a frame',
    async reach(stage) {
      const program = stage.started({
        settings: { FFMPEG: script(stage.stage.folder, 'hanging', 'exec sleep 60') },
      });
      await program.ffmpegPid();
      return program;
    },
  },
  {
    state: 'while the SRT listener does not answer',
    async reach(stage) {
      const proxy = stage.use(await UdpProxy.start(await freeUdpPort()));
      proxy.isForwarding = false;
      return begun(stage, { DESTINATION: proxy.address }, /opening srt/);
    },
  },
  {
    state: 'between two tries to open a destination that is refused',
    async reach(stage) {
      const address = `tcp://127.0.0.1:${await freeTcpPort()}`;
      return begun(stage, { DESTINATION: address }, /trying again in (1\.\d|2\.0) s/);
    },
  },
  { state: 'while it streams', reach: (stage) => stage.streaming() },
  {
    state: 'while it repeats a frame',
    async reach(stage) {
      const program = await stage.streaming({ IDLE_TIMEOUT: '0' });
      await stage.sensor.stop();
      await program.line(/unique 0, dup [1-9]\d/);
      return program;
    },
  },
  {
    state: 'while ffmpeg stands still',
    async reach(stage) {
      const program = await stage.streaming();
      process.kill(await program.ffmpegPid(), 'SIGSTOP');
      await program.line(/streaming \| out 0.00 fps/);
      return program;
    },
  },
  {
    state: 'while Redis stands still',
    async reach(stage) {
      const program = await stage.streaming();
      stage.server.signal('SIGSTOP');
      await program.line(/unique 0, dup [1-9]\d/);
      return program;
    },
  },
  {
    state: 'while it closes a stream in which nothing came',
    async reach(stage) {
      const program = await stage.streaming({ IDLE_TIMEOUT: '7' });
      await stage.sensor.stop();
      await program.line(/unique 0, dup [1-9]\d/);
      // The closing takes as long as ffmpeg is given for it.
      process.kill(await program.ffmpegPid(), 'SIGSTOP');
      await program.line(/no new frame on imagestream for 7 s: closing/);
      return program;
    },
  },
  {
    state: 'while it reads its settings again',
    async reach(stage) {
      const path = stage.file('settings.env');
      writeFileSync(path, stage.settingsText({}));
      const program = await stage.waiting({ env: { COSMOS_VIDEO_ENV_FILE: path } });
      await program.streams();
      writeFileSync(path, stage.settingsText({ FRAMERATE: '12' }));
      program.child.signal('SIGHUP');
      return program;
    },
  },
  {
    state: 'while the SRT listener is not heard of any more',
    async reach(stage) {
      const listener = stage.use(await SrtReceiver.start(stage.file('received.ts')));
      const program = await stage.streaming({ DESTINATION: listener.address });
      listener.signal('SIGSTOP');
      await lasting(1000);
      return program;
    },
  },
];

test.concurrent.each(STATES)(
  'SIGTERM $state ends it in time and with 0, and leaves no process behind',
  async ({ reach }) => {
    await using stage = await FaultStage.open();
    const program = await reach(stage);
    const children = childrenOf(program.child.pid);
    expect(await program.child.stop('SIGTERM', STOP_MS)).toBe(0);
    await gone(children);
    // In order, step by step: the limit for all of them says nothing.
    expect(program.child.lines.at(-1)).toMatch(/ stopped/);
  },
  LIMIT_MS,
);

test.concurrent(
  'SIGKILL while it streams leaves no process behind, and no file beside the video',
  async () => {
    await using stage = await FaultStage.open();
    const parameters = 'passphrase=correct-horse';
    const listener = stage.use(await SrtReceiver.start(stage.file('received.ts'), { parameters }));
    const folder = stage.file('temporary');
    mkdirSync(folder);
    const program = await stage.waiting({
      settings: { DESTINATION: `${listener.address}?${parameters}` },
      env: { TMPDIR: folder },
    });
    await program.streams();
    const children = childrenOf(program.child.pid);
    expect(children).not.toEqual([]);
    await program.child.stop('SIGKILL');
    await gone(children);
    expect(readdirSync(folder)).toEqual([]);
  },
  LIMIT_MS,
);

async function begun(
  stage: FaultStage,
  settings: Readonly<Record<string, string>>,
  line: RegExp,
): Promise<Program> {
  const program = await stage.waiting({ settings });
  await program.line(line);
  return program;
}

/** Makes connections that a stopped server never takes, until the system answers no further one. */
async function fillBacklog(port: number): Promise<AsyncDisposable> {
  const sockets: Socket[] = [];
  const isFull = async () => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    const connected = new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(false));
    });
    return Promise.race([connected, lasting(500).then(() => true)]);
  };
  await until(isFull, 'server that takes no connection more');
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
