import { expect, test } from 'bun:test';
import { EXECUTABLE } from '../support/builder.ts';
import { FaultStage, lasting } from './fault-stage.ts';

const LIMIT_MS = 90_000;
const BUSY_S = 5;
/** The descriptors that are open stay so, and no other one can be. */
const NO_DESCRIPTOR = 3;

test.concurrent(
  'a machine on which others take all of the CPU for a while costs frames, not the video',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming();
    const busy = [1, 2].map(() => Bun.spawn(['timeout', `${BUSY_S}`, 'sh', '-c', 'while :; do :; done']));
    await Promise.all(busy.map(({ exited }) => exited));
    await program.streamsAgain();
    expect(program.child.count(/streaming to/)).toBe(1);
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'a program that is stopped for 4 s goes on where the video is by now',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming();
    program.child.signal('SIGSTOP');
    await lasting(4000);
    program.child.signal('SIGCONT');
    await program.streamsAgain();
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'a program that may open nothing more tries ffmpeg again until it may',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming();
    limitDescriptors(program.child.pid, NO_DESCRIPTOR);
    process.kill(await program.ffmpegPid(), 'SIGKILL');
    await program.line(/(too many open files|EMFILE).*trying again/i);
    limitDescriptors(program.child.pid, 1024);
    await program.line(/streaming to/, { nth: 2 });
    await program.streamsAgain();
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'few descriptors are enough',
  async () => {
    await using stage = await FaultStage.open();
    const command = ['sh', '-c', 'ulimit -n 48 && exec "$0"', EXECUTABLE];
    const program = await stage.waiting({ command });
    await program.streams();
    process.kill(await program.ffmpegPid(), 'SIGKILL');
    await program.line(/the next ffmpeg encodes/);
    await program.streamsAgain();
    await program.isSound();
  },
  LIMIT_MS,
);

function limitDescriptors(pid: number, count: number): void {
  const limit = Bun.spawnSync(['prlimit', '--pid', `${pid}`, `--nofile=${count}:`]);
  expect(limit.exitCode).toBe(0);
}
