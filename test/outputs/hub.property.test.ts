import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { PACKET_BYTES } from '../../src/mpegts/packet.ts';
import { Timeline } from '../../src/mpegts/timeline.ts';
import { Hub, type Feed } from '../../src/outputs/hub.ts';
import { ReconnectingOutput } from '../../src/outputs/reconnecting-output.ts';
import { FakeCarrier, linkError } from '../support/fake-carrier.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { checkReceived } from '../support/received.ts';
import { picturesIn, TsMaker } from '../support/ts-packets.ts';
import { WrittenVideo } from '../support/written-video.ts';
import { skippedIn } from './stream-stage.ts';

const PERIOD_TICKS = 3_750;
const ANY_ROOM = 1_000_000;

/** What can happen to a hub and its two outputs that are not well; a third one always is. */
type Step =
  | { readonly kind: 'video'; readonly pictures: number; readonly sizeBytes: number }
  | { readonly kind: 'time'; readonly durationMs: number }
  | { readonly kind: 'encoder'; readonly firstTicks: number; readonly lostFrames: number }
  | { readonly kind: 'room'; readonly output: 0 | 1; readonly packets: number }
  | { readonly kind: 'break' | 'refuse' | 'accept'; readonly output: 0 | 1 };

const output = fc.constantFrom(0 as const, 1 as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('video' as const),
      pictures: fc.integer({ min: 1, max: 6 }),
      sizeBytes: fc.nat(20_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('time' as const), durationMs: fc.nat(2_500) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('encoder' as const),
      firstTicks: fc.oneof(fc.nat(200_000), fc.constant(2 ** 33 - 10_000)),
      lostFrames: fc.nat(3),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('room' as const),
      output,
      packets: fc.oneof(fc.nat(200), fc.constant(ANY_ROOM)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('break', 'refuse', 'accept', 'accept'), output }),
  },
);

/** An output whose openings are answered from outside. */
class Place {
  readonly carriers: FakeCarrier[] = [];
  readonly output: ReconnectingOutput;
  #answer: PromiseWithResolvers<FakeCarrier> | undefined;

  constructor(
    name: string,
    clock: FakeClock,
    private readonly isWell = false,
  ) {
    this.output = new ReconnectingOutput({
      name,
      clock,
      emit: () => {},
      open: () => {
        this.#answer = Promise.withResolvers<FakeCarrier>();
        return this.#answer.promise;
      },
      settleMs: 2_000,
      random: () => 0.5,
    });
  }

  do(kind: 'break' | 'refuse' | 'accept'): void {
    const last = this.carriers.at(-1);
    if (kind === 'break' && last) last.failure = linkError('gone');
    if (kind === 'refuse') this.#answer?.reject(linkError('refused'));
    if (kind !== 'accept' || !this.#answer) return;
    const carrier = new FakeCarrier(ANY_ROOM * PACKET_BYTES);
    carrier.unconfirmedMs = 120;
    this.#answer.resolve(carrier);
    this.#answer = undefined;
    this.carriers.push(carrier);
  }

  check(pictures: number): void {
    checkReceived(this.carriers);
    const { counts } = this.output.figures();
    expect(counts.sentPictures + skippedIn(counts)).toBe(pictures);
    expect(counts.skipped.standby).toBe(0);
    if (this.isWell) expect(counts.skipped).toEqual({ away: 0, slow: 0, broken: 0, standby: 0 });
  }
}

class Run {
  readonly #clock = new FakeClock();
  readonly #poor = [new Place('poor', this.#clock), new Place('other', this.#clock)] as const;
  readonly #well = new Place('well', this.#clock, true);
  readonly #hub: Hub;
  #video: WrittenVideo | undefined;
  #feed: Feed | undefined;
  #number = 0;
  #inGop = 0;

  constructor() {
    const outputs = [this.#poor[0].output, this.#well.output, this.#poor[1].output];
    this.#hub = new Hub({ clock: this.#clock, timeline: new Timeline(), emit: () => {} }, outputs);
    this.#well.do('accept');
  }

  async do(one: Step): Promise<void> {
    if (one.kind === 'time') await this.#clock.advanceMs(one.durationMs);
    else if (one.kind === 'encoder') await this.#encoder(one.firstTicks, one.lostFrames);
    else if (one.kind === 'video') await this.#pictures(one.pictures, one.sizeBytes);
    else if (one.kind === 'room') {
      const carrier = this.#poor[one.output].carriers.at(-1);
      if (carrier) carrier.roomBytes = one.packets * PACKET_BYTES;
    } else {
      this.#poor[one.output].do(one.kind);
      await settle();
    }
  }

  async end(): Promise<void> {
    this.#video?.end();
    await this.#feed?.ended;
    const closed = this.#hub.close(500);
    await this.#clock.advanceMs(1_000);
    await closed;
    expect(this.#clock.sleeperCount).toBe(0);
    for (const place of [...this.#poor, this.#well]) place.check(this.#hub.pictures);
    const received = this.#well.carriers.flatMap((carrier) => picturesIn(carrier.received));
    expect(received.length).toBe(this.#hub.pictures);
  }

  /** Of the first one every picture counts; the others are warmed up. */
  async #encoder(firstTicks: number, lostFrames: number): Promise<void> {
    const isFirst = this.#video === undefined;
    this.#video?.end();
    await this.#feed?.ended;
    this.#video = new WrittenVideo(new TsMaker(PERIOD_TICKS, firstTicks, this.#number));
    const join = isFirst
      ? ({ kind: 'first-of-session' } as const)
      : ({ kind: 'goes-on', lostFrames } as const);
    this.#feed = this.#hub.feed(this.#video, { join, periodTicks: PERIOD_TICKS, isWarmedUp: !isFirst });
    this.#inGop = 0;
    if (isFirst) return;
    this.#number += 1;
    await this.#video.picture(true);
  }

  async #pictures(pictures: number, sizeBytes: number): Promise<void> {
    if (!this.#video) await this.#encoder(0, 0);
    for (let count = 0; count < pictures; count += 1) {
      const bytes = this.#video?.maker.picture({ isKeyframe: this.#inGop % 10 === 0, sizeBytes });
      this.#inGop += 1;
      this.#number += 1;
      // Reads end where they like.
      await this.#video?.write(bytes?.slice(0, 300) ?? new Uint8Array(0));
      await this.#video?.write(bytes?.slice(300) ?? new Uint8Array(0));
      await this.#clock.advanceMs(42);
    }
  }
}

test('whatever becomes of some outputs and of the encoders, each receiver gets what can be decoded', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 50 }), async (steps) => {
      const run = new Run();
      for (const one of steps) await run.do(one);
      await run.end();
    }),
    { numRuns: 60 },
  );
}, 60_000);
