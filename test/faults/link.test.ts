import { expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { freeUdpPort } from '../support/ports.ts';
import { SrtReceiver } from '../support/receiver.ts';
import { SrtServer } from '../support/srt-server.ts';
import { UdpProxy } from '../support/udp-proxy.ts';
import { until } from '../support/until.ts';
import { ptsSteps } from '../support/video.ts';
import { withoutLibsrt } from '../support/without-libsrt.ts';
import { FaultStage, lasting } from './fault-stage.ts';

const LIMIT_MS = 150_000;
const RIGHT = 'correct-horse';
const WRONG = 'battery-staple';
/** A link that acknowledges nothing for a second is dead. */
const BEARABLE_MS = 650;
/** A busy machine makes some of the losses longer than was asked for. */
const MOST_LOSSES = 10;

test.concurrent(
  'an SRT listener that is killed and started again gets the stream again',
  async () => {
    await using stage = await FaultStage.open();
    const listener = stage.use(await SrtReceiver.start(stage.file('first.ts')));
    const program = await stage.streaming({ DESTINATION: listener.address });
    await listener[Symbol.asyncDispose]();
    const again = stage.use(await SrtReceiver.start(stage.file('second.ts'), { port: listener.port }));
    await program.line(/failed: .*trying again/);
    await again.received(10_000, 40_000);
    await program.streamsAgain();
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'packets to the SRT listener that are lost for half a second break nothing, for 8 s they cost a new connection',
  async () => {
    await using stage = await FaultStage.open();
    const listener = stage.use(await SrtReceiver.start(stage.file('received.ts')));
    const proxy = stage.use(await UdpProxy.start(listener.port));
    const program = await stage.streaming({ DESTINATION: proxy.address });
    const { child } = program;
    let breaks: number;
    let lostMs: number;
    let losses = 0;
    do {
      expect((losses += 1)).toBeLessThanOrEqual(MOST_LOSSES);
      breaks = child.count(/failed:/);
      lostMs = await loseFor(500, proxy);
      await program.streamsAgain();
    } while (lostMs > BEARABLE_MS);
    expect(child.count(/failed:/)).toBe(breaks);

    const openings = child.count(/streaming to/);
    await loseFor(8000, proxy);
    await program.line(/failed: .*trying again/, { nth: breaks + 1 });
    await program.line(/streaming to/, { nth: openings + 1, withinMs: 40_000 });
    await program.streamsAgain();
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'an SRT listener that is stopped is taken for dead, and gets the stream again when it goes on',
  async () => {
    await using stage = await FaultStage.open();
    const listener = stage.use(await SrtReceiver.start(stage.file('received.ts')));
    const program = await stage.streaming({ DESTINATION: listener.address });
    listener.signal('SIGSTOP');
    await program.line(/failed: .*trying again/);
    listener.signal('SIGCONT');
    await program.line(/streaming to/, { nth: 2, withinMs: 40_000 });
    await program.streamsAgain();
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'a wrong passphrase is named, and with the right one read again it streams',
  async () => {
    await using stage = await FaultStage.open();
    const listener = stage.use(
      await SrtReceiver.start(stage.file('received.ts'), { parameters: `passphrase=${RIGHT}` }),
    );
    const settings = stage.file('settings.env');
    const write = (passphrase: string) =>
      writeFileSync(
        settings,
        stage.settingsText({ DESTINATION: `${listener.address}?passphrase=${passphrase}` }),
      );
    write(WRONG);
    const program = await stage.waiting({
      env: { COSMOS_VIDEO_ENV_FILE: settings },
      settings: { DESTINATION: `${listener.address}?passphrase=${WRONG}` },
    });
    await program.line(/refuses the passphrase.*trying again/, { nth: 2 });
    write(RIGHT);
    program.child.signal('SIGHUP');
    await program.streams();
    await listener.received(10_000, 40_000);
    expect(program.child.text).not.toMatch(new RegExp(`${RIGHT}|${WRONG}`));
    // With other settings it counts anew.
    await program.isSound('some');
  },
  LIMIT_MS,
);

test.concurrent(
  'an SRT listener that takes the passphrase after all gets the stream',
  async () => {
    await using stage = await FaultStage.open();
    const port = await freeUdpPort();
    const start = (passphrase: string, name: string) =>
      SrtReceiver.start(stage.file(name), { port, parameters: `passphrase=${passphrase}` });
    const refusing = stage.use(await start(WRONG, 'first.ts'));
    const program = await stage.waiting({
      settings: { DESTINATION: `srt://127.0.0.1:${port}?passphrase=${RIGHT}` },
    });
    await program.line(/refuses the passphrase.*trying again/, { nth: 2 });
    await refusing[Symbol.asyncDispose]();
    const listener = stage.use(await start(RIGHT, 'second.ts'));
    await program.streams();
    await listener.received(10_000, 40_000);
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'an SRT server that closes the stream a second after it was opened is never said to be streamed to',
  async () => {
    await using stage = await FaultStage.open();
    // After two it would be good: a busy machine may be late by half of that.
    const server = stage.use(await SrtServer.start({ closeAfterMs: 1000 }));
    const program = await stage.waiting({ settings: { DESTINATION: server.address } });
    await program.line(/failed: it answers but closes the stream at once.*trying again/);
    await server.closed(2);
    expect(program.child.count(/streaming to/)).toBe(0);
  },
  LIMIT_MS,
);

test.concurrent(
  'without libsrt the one of two destinations that needs it says what to install, and the other one gets the stream',
  async () => {
    await using stage = await FaultStage.open();
    const path = stage.file('video.ts');
    const program = await stage.waiting({
      env: await withoutLibsrt(stage.file('without-libsrt.so')),
      settings: { DESTINATION: `srt://127.0.0.1:${await freeUdpPort()} ${path}` },
    });
    await program.line(/ error +the stream to srt:\S+ failed: .*install the package libsrt/);
    await program.line(/ info +streaming to \S+video\.ts/);
    await program.streams();
    const { encoded } = await program.isSound();
    expect(program.child.count(/ error /)).toBe(1);
    expect(await program.child.stop()).toBe(0);
    expect((await ptsSteps(path)).length + 1).toBeGreaterThanOrEqual(encoded);
  },
  LIMIT_MS,
);

/** @returns for how long the program has heard nothing; a busy machine makes that longer */
async function loseFor(durationMs: number, proxy: UdpProxy): Promise<number> {
  const startMs = performance.now();
  proxy.isForwarding = false;
  await lasting(durationMs);
  proxy.isForwarding = true;
  const { passed } = proxy.toCaller.counts;
  await until(async () => proxy.toCaller.counts.passed > passed, 'packet from the listener');
  return performance.now() - startMs;
}
