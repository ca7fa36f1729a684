import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { PACKET_BYTES } from '../../../src/mpegts/packet.ts';
import { Timeline } from '../../../src/mpegts/timeline.ts';
import { Hub, type Feed } from '../../../src/outputs/hub.ts';
import { ListeningOutput } from '../../../src/outputs/listening-output.ts';
import { ReconnectingOutput } from '../../../src/outputs/reconnecting-output.ts';
import { RecordingOutput } from '../../../src/outputs/recorder/recording-output.ts';
import { FakeCarrier, FakeListener, linkError } from '../../support/fake-carrier.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';
import { picturesIn, readStream, TsMaker } from '../../support/ts-packets.ts';
import { WrittenVideo } from '../../support/written-video.ts';
import { skippedIn } from '../stream-stage.ts';
import { FakeSegments } from './fake-segments.ts';

const PERIOD_TICKS = 3_750;
const PERIOD_MS = 42;
const GOP_PICTURES = 10;
const CALLS = ['recover', 'begin', 'write', 'sync', 'finish'] as const;

/** What can happen to a link, a port that one viewer calls at a time, two recorders, and the encoders. */
type Step =
  | { readonly kind: 'video'; readonly pictures: number; readonly sizeBytes: number }
  | { readonly kind: 'time'; readonly durationMs: number }
  | { readonly kind: 'encoder'; readonly lostFrames: number }
  | { readonly kind: 'room'; readonly packets: number }
  | { readonly kind: 'disk'; readonly call: (typeof CALLS)[number]; readonly slowMs: number }
  | { readonly kind: 'good-disk' | 'break' | 'refuse' | 'accept' | 'call' | 'leave' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('video' as const),
      pictures: fc.integer({ min: 1, max: 60 }),
      sizeBytes: fc.oneof(fc.nat(4_000), fc.nat(150_000)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), durationMs: fc.nat(4_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('encoder' as const), lostFrames: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('room' as const),
      packets: fc.oneof(fc.nat(200), fc.constant(1_000_000)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('disk' as const),
      call: fc.constantFrom(...CALLS),
      // 0: it fails.
      slowMs: fc.oneof(fc.constant(0), fc.nat(20_000)),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('good-disk', 'break', 'refuse', 'accept', 'accept', 'call', 'leave'),
    }),
  },
);

class Run {
  readonly #clock = new FakeClock();
  readonly #disks = [new FakeSegments(), new FakeSegments()] as const;
  readonly #listener = new FakeListener();
  readonly #link: ReconnectingOutput;
  readonly #port: ListeningOutput;
  readonly #recorders: readonly RecordingOutput[];
  readonly #hub: Hub;
  #answer: PromiseWithResolvers<FakeCarrier> | undefined;
  #carrier: FakeCarrier | undefined;
  #viewer: FakeCarrier | undefined;
  #video: WrittenVideo | undefined;
  #feed: Feed | undefined;
  #number = 0;
  #inGop = 0;
  isDiskGood = true;

  constructor() {
    const common = { clock: this.#clock, emit: () => {}, random: () => 0.5, settleMs: 2_000 };
    const open = () => {
      this.#answer = Promise.withResolvers<FakeCarrier>();
      return this.#answer.promise;
    };
    this.#link = new ReconnectingOutput({ ...common, name: 'link', open });
    this.#port = new ListeningOutput({ ...common, name: 'port', listen: async () => this.#listener });
    this.#recorders = this.#disks.map(
      (folder, index) =>
        new RecordingOutput({
          ...common,
          name: `disk ${index}`,
          folder,
          when: index === 0 ? 'always' : 'outage',
          segmentMs: 3_000,
          others: () => [this.#link.reach, this.#port.reach],
          wallMs: () => this.#clock.nowMs,
        }),
    );
    const timeline = new Timeline();
    this.#hub = new Hub({ ...common, timeline }, [this.#link, ...this.#recorders, this.#port]);
  }

  async do(one: Step): Promise<void> {
    if (one.kind === 'time') await this.#clock.advanceMs(one.durationMs);
    else if (one.kind === 'encoder') await this.#encoder(one.lostFrames);
    else if (one.kind === 'video') await this.#pictures(one.pictures, one.sizeBytes);
    else if (one.kind === 'room') this.#narrow(one.packets);
    else if (one.kind === 'disk') this.#disk(one.call, one.slowMs);
    else this.#happen(one.kind);
    await settle();
  }

  async end(): Promise<void> {
    this.#video?.end();
    await this.#feed?.ended;
    const closed = this.#hub.close(500);
    await this.#clock.advanceMs(1_000);
    await closed;
    for (const output of [this.#link, this.#port, ...this.#recorders]) {
      const { counts } = output.figures();
      expect(counts.sentPictures + skippedIn(counts)).toBe(this.#hub.pictures);
    }
    await this.#clock.advanceMs(30_000);
    expect(this.#clock.sleeperCount).toBe(0);
  }

  check(): void {
    const { skipped: ofAll } = this.#recorders[0]?.figures().counts ?? {};
    expect(ofAll?.standby).toBe(0);
    expect(this.#link.figures().counts.skipped.standby).toBe(0);
    for (const [index, disk] of this.#disks.entries()) this.#checkDisk(disk, this.#recorders[index]);
    if (this.isDiskGood) this.#checkGood(this.#disks[0], this.#disks[1]);
  }

  /** Each segment can be decoded from its begin on; no picture is recorded twice, or before one that came before it. */
  #checkDisk(disk: FakeSegments, recorder: RecordingOutput | undefined): void {
    let last = -1;
    let whole = 0;
    for (const { bytes } of disk.segments) {
      const opening = readStream(bytes).slice(0, 3);
      const kinds: unknown[] = opening.map((one) => (one.kind === 'picture' ? one.isKeyframe : one.kind));
      expect(kinds).toEqual(['pat', 'pmt', true].slice(0, kinds.length));
      for (const { number, isKeyframe, isWhole } of picturesIn(bytes)) {
        expect(number).toBeGreaterThan(last);
        if (number !== last + 1) expect(isKeyframe).toBe(true);
        last = number;
        if (isWhole) whole += 1;
      }
    }
    expect(recorder?.figures().counts.sentPictures).toBeLessThanOrEqual(whole);
  }

  /** With a good disk all is recorded, and of an outage all that was counted; it is finished, and free of continuity errors. */
  #checkGood(all: FakeSegments, ofOutages: FakeSegments): void {
    const numbers = all.numbers.flat();
    expect(numbers.length).toBe(this.#hub.pictures);
    expect(ofOutages.numbers.flat().length).toBe(this.#recorders[1]?.figures().counts.sentPictures ?? -1);
    for (const disk of [all, ofOutages]) {
      expect(disk.segments.every(({ state }) => state === 'finished')).toBe(true);
      readStream(Buffer.concat(disk.segments.map(({ bytes }) => bytes)));
    }
  }

  #narrow(packets: number): void {
    for (const carrier of [this.#carrier, this.#viewer]) {
      if (carrier) carrier.roomBytes = packets * PACKET_BYTES;
    }
  }

  #disk(call: (typeof CALLS)[number], slowMs: number): void {
    this.isDiskGood = false;
    for (const disk of this.#disks) {
      const slow = this.#clock.sleepUntil(
        this.#clock.nowNs() + BigInt(slowMs) * 1_000_000n,
        new AbortController().signal,
      );
      disk.faults.set(call, slowMs === 0 ? 'fails' : slow);
    }
  }

  #happen(
    kind: Extract<Step, { kind: 'good-disk' | 'break' | 'refuse' | 'accept' | 'call' | 'leave' }>['kind'],
  ): void {
    if (kind === 'good-disk') for (const disk of this.#disks) disk.faults.clear();
    if (kind === 'break' && this.#carrier) this.#carrier.failure = linkError('gone');
    if (kind === 'refuse') this.#answer?.reject(linkError('refused'));
    if (kind === 'accept' && this.#answer) {
      this.#carrier = new FakeCarrier();
      this.#carrier.unconfirmedMs = 120;
      this.#answer.resolve(this.#carrier);
      this.#answer = undefined;
    }
    if (kind === 'call' && (!this.#viewer || this.#viewer.isClosed)) {
      this.#viewer = new FakeCarrier();
      this.#listener.callers.push(this.#viewer);
    }
    if (kind === 'leave' && this.#viewer) this.#viewer.failure = linkError('gone');
  }

  async #encoder(lostFrames: number): Promise<void> {
    const isFirst = this.#video === undefined;
    this.#video?.end();
    await this.#feed?.ended;
    this.#video = new WrittenVideo(new TsMaker(PERIOD_TICKS, this.#number * 777, this.#number));
    const join = isFirst
      ? ({ kind: 'first-of-session' } as const)
      : ({ kind: 'goes-on', lostFrames } as const);
    this.#feed = this.#hub.feed(this.#video, { join, periodTicks: PERIOD_TICKS, isWarmedUp: false });
    this.#inGop = 0;
  }

  async #pictures(pictures: number, sizeBytes: number): Promise<void> {
    if (!this.#video) await this.#encoder(0);
    for (let count = 0; count < pictures; count += 1) {
      const isKeyframe = this.#inGop % GOP_PICTURES === 0;
      const bytes = this.#video?.maker.picture({ isKeyframe, sizeBytes }) ?? new Uint8Array(0);
      this.#inGop += 1;
      this.#number += 1;
      // Reads end where they like.
      await this.#video?.write(bytes.slice(0, 300));
      await this.#video?.write(bytes.slice(300));
      await this.#clock.advanceMs(PERIOD_MS);
    }
  }
}

test('whatever becomes of the others and of the disk, what is recorded can be decoded, and each picture is counted once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const run = new Run();
      for (const one of steps) await run.do(one);
      await run.end();
      run.check();
    }),
    { numRuns: 60 },
  );
}, 120_000);
