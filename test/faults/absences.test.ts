import { expect, test } from 'bun:test';
import { SrtReceiver } from '../support/receiver.ts';
import { FaultStage, lasting } from './fault-stage.ts';
import { TcpRelay } from './tcp-relay.ts';

// What is away for a while, and then back. The longest of all tests are here, and the file that is the first by its name
// is run first: all others run meanwhile.

const LIMIT_MS = 170_000;

test.concurrent(
  'a network that loses all between the program and Redis for 60 s closes the video, which opens again',
  async () => {
    await using stage = await FaultStage.open();
    const relay = stage.use(await TcpRelay.start(stage.server.port));
    const program = await stage.streaming({ PORT: `${relay.port}`, IDLE_TIMEOUT: '5' });
    relay.partition();
    await program.line(/no answer in \d s/);
    await program.line(/no new frame on imagestream for 5 s/);
    await lasting(53_000);
    relay.heal();
    await program.line(/connected again/);
    await program.line(/streaming to/, { nth: 2 });
    await program.streamsAgain();
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'a network that loses all between the program and Redis for 3 s costs repeated frames, not the video',
  async () => {
    await using stage = await FaultStage.open();
    const relay = stage.use(await TcpRelay.start(stage.server.port));
    const program = await stage.streaming({ PORT: `${relay.port}` });
    relay.partition();
    await lasting(3000);
    relay.heal();
    await program.streamsAgain();
    expect(program.child.count(/streaming to/)).toBe(1);
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'a Redis that stands still for 30 s closes the video, which opens again when it goes on',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming({ IDLE_TIMEOUT: '5' });
    stage.server.signal('SIGSTOP');
    await program.line(/no answer in \d s/);
    await program.line(/no new frame on imagestream for 5 s/);
    await lasting(23_000);
    stage.server.signal('SIGCONT');
    await program.line(/connected again/);
    await program.line(/streaming to/, { nth: 2 });
    await program.streamsAgain();
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'a Redis that stands still for 3 s costs repeated frames, not the video',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming();
    stage.server.signal('SIGSTOP');
    await lasting(3000);
    stage.server.signal('SIGCONT');
    await program.streamsAgain();
    expect(program.child.count(/streaming to/)).toBe(1);
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'an SRT listener that is away for 20 s gets the stream again soon after it is back',
  async () => {
    await using stage = await FaultStage.open();
    const listener = stage.use(await SrtReceiver.start(stage.file('first.ts')));
    const program = await stage.streaming({ DESTINATION: listener.address });
    await listener[Symbol.asyncDispose]();
    await lasting(20_000);
    const again = stage.use(await SrtReceiver.start(stage.file('second.ts'), { port: listener.port }));
    await again.received(10_000, 40_000);
    await program.streamsAgain();
    expect(program.child.count(/no SRT listener answers/)).toBeGreaterThan(0);
    await program.isSound();
  },
  LIMIT_MS,
);
