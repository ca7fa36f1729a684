import { expect, test } from 'bun:test';
import { FaultStage } from './fault-stage.ts';
import { TcpRelay } from './tcp-relay.ts';

const LIMIT_MS = 120_000;
const WRONG_ENTRIES = 4_000;
/** Above all that are counted from 1 in the time of the test. */
const HIGH_ID = 1_000_000;
const DAY_MS = 86_400_000;
const STEP_MS = 10_000;

test.concurrent(
  'a stream that is deleted five times is read on, as soon as there are frames again',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming();
    for (let nth = 1; nth <= 5; nth += 1) {
      await stage.redis.del('imagestream');
      await program.streamsAgain();
    }
    expect(program.child.count(/streaming to/)).toBe(1);
    await program.isSound('some');
  },
  LIMIT_MS,
);

test.concurrent(
  'a stream that is trimmed to nothing five times is read on',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming();
    for (let nth = 1; nth <= 5; nth += 1) {
      await stage.redis.xtrim('imagestream', 'MAXLEN', 0);
      await program.streamsAgain();
    }
    expect(program.child.count(/streaming to/)).toBe(1);
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'ids that are a counter, and begin again from 1, are followed',
  async () => {
    let count = HIGH_ID;
    await using stage = await FaultStage.open({ nextId: () => `${(count += 1)}-0` });
    const program = await stage.streaming();
    count = 0;
    await stage.sensor.startOver();
    await program.line(/imagestream has started over/);
    await program.streamsAgain();
    await program.isSound('some');
  },
  LIMIT_MS,
);

test.concurrent(
  'ids that jump a day into the future are followed, and so are those of today after them',
  async () => {
    let aheadMs = 0;
    await using stage = await FaultStage.open({ nextId: () => `${Date.now() + aheadMs}-*` });
    const program = await stage.streaming();
    aheadMs = DAY_MS;
    await program.streamsAgain(3);
    expect(program.child.count(/streaming to/)).toBe(1);
    aheadMs = 0;
    await stage.sensor.startOver();
    await program.streamsAgain();
    await program.isSound('some');
  },
  LIMIT_MS,
);

test.concurrent(
  'wrong entries by the thousand are counted, named once a second at most, and the frames go on',
  async () => {
    await using stage = await FaultStage.open({ length: 4 * WRONG_ENTRIES });
    const program = await stage.streaming();
    await stage.sensor.burst(Array.from({ length: WRONG_ENTRIES }, () => 'too short'));
    await stage.sensor.burst(
      Array.from({ length: WRONG_ENTRIES }, () => 'no pixels'),
      'image',
    );
    await program.streamsAgain();
    expect(program.child.count(/streaming to/)).toBe(1);
    const { wrong, causes } = await program.isSound();
    expect(wrong).toBeGreaterThan(0);
    // They are read one by one; a busy machine does not get through all of them within the maximum delay.
    expect(wrong + causes.passedOver).toBeGreaterThanOrEqual(2 * WRONG_ENTRIES);
  },
  LIMIT_MS,
);

test.concurrent.each([
  { way: 'forward', stepMs: STEP_MS },
  { way: 'back', stepMs: -STEP_MS },
])(
  'the clock of Redis may be set $way by 10 s while it streams',
  async ({ stepMs }) => {
    const clock = new SteppedClock();
    await using stage = await FaultStage.open({ nextId: () => clock.nextId() });
    const relay = stage.use(
      await TcpRelay.start(stage.server.port, (reply, asked) =>
        asked.includes('TIME\r\n') && !asked.includes('XREAD') ? clock.timeReply() : reply,
      ),
    );
    const program = await stage.streaming({ PORT: `${relay.port}` });
    clock.set(stepMs);
    await program.streamsAgain(8);
    expect(clock.toldTimes).toBeGreaterThan(0);
    expect(program.child.count(/streaming to/)).toBe(1);
    await program.isSound();
  },
  LIMIT_MS,
);

/** The clock of a Redis that somebody sets: what TIME says, and the ids that are made of it. */
class SteppedClock {
  /** How often it was asked for since it was set. */
  toldTimes = 0;
  #stepMs = 0;
  #lastMs = 0;
  #sequence = 0;

  set(stepMs: number): void {
    this.#stepMs = stepMs;
    this.toldTimes = 0;
  }

  /** As Redis makes one for `*`: of its clock, but never lower than the one before (redis.io/docs: XADD). */
  nextId(): string {
    const nowMs = Date.now() + this.#stepMs;
    this.#sequence = nowMs > this.#lastMs ? 0 : this.#sequence + 1;
    this.#lastMs = Math.max(nowMs, this.#lastMs);
    return `${this.#lastMs}-${this.#sequence}`;
  }

  timeReply(): Buffer {
    this.toldTimes += 1;
    const nowMs = Date.now() + this.#stepMs;
    const parts = [`${Math.floor(nowMs / 1000)}`, `${(nowMs % 1000) * 1000}`];
    return Buffer.from(`*2\r\n${parts.map((part) => `$${part.length}\r\n${part}\r\n`).join('')}`);
  }
}
