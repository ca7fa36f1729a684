import type { Frame } from '../../src/base/frame.ts';
import type { Idle, ScalingMethod } from '../../src/config/config.ts';
import { Pump } from '../../src/pacing/pump.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { fakeFrame, FakeReader, numberOf } from '../support/fake-reader.ts';
import { follow } from '../support/reader-stage.ts';

/** A pump at 10 frames a second. */
export class PumpStage {
  readonly clock = new FakeClock();
  readonly reader = new FakeReader(this.clock);
  readonly written: number[] = [];
  readonly ticks: { number: number; isNew: boolean; ageMs: number; atMs: number }[] = [];
  ending = new AbortController();
  /** Where frames are read from. */
  source = this.reader;
  #isWriting = false;
  writeMs = 0;
  fault: Error | undefined;
  method: ScalingMethod = 'scale';
  idle: Idle = 'close';
  idleTimeoutMs = 5_000;

  readonly pump = new Pump(
    {
      frameRate: { numerator: 10n, denominator: 1n },
      clock: this.clock,
      owner: this.reader,
      sink: { write: (frame) => this.#write(frame) },
      observer: {
        onTick: (_, { frame, isNew }, nowNs) => {
          const ageMs = Number(nowNs - (frame.writtenNs ?? nowNs)) / 1e6;
          this.ticks.push({ number: numberOf(frame), isNew, ageMs, atMs: Number(nowNs) / 1e6 });
        },
      },
    },
    this.reader.lend(fakeFrame(0, this.clock.nowNs())),
  );

  start() {
    const { method, idle, idleTimeoutMs } = this;
    const settings = { method, trimAfterMs: 2_000, idle, idleTimeoutMs };
    return follow(this.pump.run(this.source, settings, this.ending.signal));
  }

  /** Another source, whose frames have the same owner. */
  anotherReader(): FakeReader {
    return new FakeReader(this.clock, this.reader.lent);
  }

  /** Stops the run and begins another one, as a reload does. */
  async startAgain() {
    this.ending.abort();
    await settle();
    this.ending = new AbortController();
    return this.start();
  }

  /** Writes frame after frame, one every `everyMs`. */
  async play(first: number, count: number, everyMs: number): Promise<void> {
    for (let number = first; number < first + count; number += 1) {
      await this.clock.advanceMs(everyMs);
      this.add(number);
    }
    await settle();
  }

  add(number: number): void {
    this.source.add(fakeFrame(number, this.clock.nowNs()));
  }

  /** Numbers of the frames that were sent as new, in order. */
  get fresh(): number[] {
    return this.ticks.filter(({ isNew }) => isNew).map(({ number }) => number);
  }

  async #write(frame: Frame): Promise<void> {
    if (this.fault) throw this.fault;
    if (this.#isWriting) throw new Error('two frames were written at a time');
    this.#isWriting = true;
    const doneNs = this.clock.nowNs() + BigInt(this.writeMs) * 1_000_000n;
    await this.clock.sleepUntil(doneNs, new AbortController().signal);
    this.written.push(numberOf(frame));
    this.#isWriting = false;
  }
}
