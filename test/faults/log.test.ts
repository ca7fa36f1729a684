import { expect, test } from 'bun:test';
import { closeSync, constants, openSync, statSync, writeSync } from 'node:fs';
import { EXECUTABLE } from '../support/builder.ts';
import { Child } from '../support/child.ts';
import { NotifySocket } from '../support/notify-socket.ts';
import { until } from '../support/until.ts';
import { FaultStage } from './fault-stage.ts';
import { expectAccounted } from './frame-account.ts';
import { residentKib } from './processes.ts';
import type { Program } from './program.ts';

const LIMIT_MS = 90_000;
const GROWTH = 1.2;
/** So much of the log fits in before nobody takes it any more: the first lines. */
const ROOM_BYTES = 4_096;
/** Of `systemctl status`: one every five seconds. */
const STATUS_LINES = 3;
const STATUS_MS = 45_000;
/** Once a second. */
const LOOK = /^WATCHDOG=1$/;

test.concurrent(
  'a log that is closed from the start stops nothing',
  async () => {
    await using stage = await FaultStage.open();
    using manager = new NotifySocket(stage.file('notify'));
    const program = logging(stage, manager, '2>&-');
    await expectUnharmed(stage, manager, program);
  },
  LIMIT_MS,
);

test.concurrent(
  'a log that nobody listens to any more stops nothing',
  async () => {
    await using stage = await FaultStage.open();
    using manager = new NotifySocket(stage.file('notify'));
    const fifo = makeFifo(stage);
    await using listener = new Child(['head', '-n', '2', fifo]);
    const program = logging(stage, manager, `2>${fifo}`);
    expect(await listener.exit()).toBe(0);
    await expectUnharmed(stage, manager, program);
  },
  LIMIT_MS,
);

test.concurrent(
  'a log that is full stops nothing, and tells all once somebody reads it',
  async () => {
    await using stage = await FaultStage.open();
    using manager = new NotifySocket(stage.file('notify'));
    const fifo = makeFifo(stage);
    const held = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    fillAllBut(ROOM_BYTES, held);
    const program = logging(stage, manager, `2>${fifo}`);
    await expectUnharmed(stage, manager, program);
    await using reader = new Child(['cat', fifo]);
    // Only once it reads may the other one go: a log without any reader is broken off for good.
    await reader.line(/^x+$/);
    closeSync(held);
    await reader.line(/streaming to/, { withinMs: STATUS_MS });
    await expectAccounted(reader, stage.sensor, 'all');
  },
  LIMIT_MS,
);

/** The program with its log where the shell puts it. */
function logging(stage: FaultStage, manager: NotifySocket, redirection: string): Program {
  return stage.started({
    command: ['sh', '-c', `exec "$0" ${redirection}`, EXECUTABLE],
    env: { NOTIFY_SOCKET: manager.path },
  });
}

/** What can be told without a log: it streams on, in the same process, and does not grow. */
async function expectUnharmed(stage: FaultStage, manager: NotifySocket, { child }: Program): Promise<void> {
  await manager.message(/^READY=1$/, { withinMs: STATUS_MS });
  // The census of the stream, from which frames count, begins with a group of its own, and is over by the next look.
  const hasBegun = async () => String(await stage.redis.call('XINFO', 'GROUPS', 'imagestream')) !== '';
  await until(hasBegun, 'group of the program', STATUS_MS);
  const looks = manager.messages.filter((message) => LOOK.test(message)).length;
  await manager.message(LOOK, { nth: looks + 1, withinMs: STATUS_MS });
  stage.sensor.start();
  await manager.message(/^STATUS=streaming [\d.]+ fps/, { withinMs: STATUS_MS });
  const beforeKib = residentKib(child.pid);
  const beforeBytes = statSync(stage.file('video.ts')).size;
  await manager.message(/^STATUS=streaming [12]\d\.\d fps/, { nth: STATUS_LINES, withinMs: STATUS_MS });
  expect(child.isRunning).toBe(true);
  expect(statSync(stage.file('video.ts')).size).toBeGreaterThan(beforeBytes);
  await until(async () => residentKib(child.pid) <= beforeKib * GROWTH, `at most ${beforeKib} KiB`);
}

function makeFifo(stage: FaultStage): string {
  const path = stage.file('log');
  expect(Bun.spawnSync(['mkfifo', path]).exitCode).toBe(0);
  return path;
}

/** Fills a pipe with lines as long as the room that is left. */
function fillAllBut(roomBytes: number, fd: number): void {
  const line = Buffer.from('x'.repeat(roomBytes - 1) + '\n');
  let pages = 0;
  try {
    for (; ; pages += 1) writeSync(fd, line);
  } catch (error) {
    expect(error).toMatchObject({ code: 'EAGAIN' });
  }
  expect(pages).toBeGreaterThan(1);
}
