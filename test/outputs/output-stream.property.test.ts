import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { PACKET_BYTES } from '../../src/mpegts/packet.ts';
import { OutputAccount } from '../../src/outputs/output-account.ts';
import { OutputStream } from '../../src/outputs/output-stream.ts';
import { ChunkMaker } from '../support/chunks.ts';
import { FakeCarrier, linkError } from '../support/fake-carrier.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { checkReceived } from '../support/received.ts';
import { picturesIn } from '../support/ts-packets.ts';
import { skippedIn } from './stream-stage.ts';

/** What can happen to the stream of one receiver. */
type Step =
  | {
      readonly kind: 'video';
      readonly isKeyframe: boolean;
      readonly sizeBytes: number;
      readonly cutPackets: number;
    }
  | { readonly kind: 'time'; readonly durationMs: number }
  | { readonly kind: 'room'; readonly packets: number }
  | { readonly kind: 'break' }
  | { readonly kind: 'connect'; readonly packets: number; readonly unconfirmedMs: number };

const ANY_ROOM = 1_000_000;
const SMALL = { sizeBytes: 500, cutPackets: 0 };
const packets = fc.oneof(fc.nat(40), fc.constant(ANY_ROOM));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('video' as const),
      isKeyframe: fc.nat(3).map((number) => number === 0),
      sizeBytes: fc.oneof(fc.nat(6_000), fc.nat(120_000)),
      cutPackets: fc.nat(30),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      durationMs: fc.oneof(fc.nat(50), fc.nat(2_500)),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('room' as const), packets }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('break' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('connect' as const), packets, unconfirmedMs: fc.nat(300) }),
  },
);

class Run {
  readonly account = new OutputAccount();
  readonly carriers: FakeCarrier[] = [];
  readonly #clock = new FakeClock();
  readonly #video: ChunkMaker;
  readonly #stream: OutputStream;
  #isConnected = false;
  #hasBegun = false;
  #isLimited = false;
  #hasBroken = false;
  #connections = 0;

  /** @param before pictures that come before the stream begins: they are not its own */
  constructor(private readonly before: number) {
    let stream: OutputStream | undefined;
    this.#video = new ChunkMaker((chunk) => stream?.deliver(chunk), this.#clock);
    for (let count = 0; count < before; count += 1)
      this.#picture({ kind: 'video', isKeyframe: false, ...SMALL });
    stream = this.#stream = new OutputStream({
      clock: this.#clock,
      gop: this.#video.gop,
      account: this.account,
    });
  }

  get pictures(): number {
    return this.#video.pictures - this.before;
  }

  async do(one: Step): Promise<void> {
    const last = this.carriers.at(-1);
    if (one.kind === 'video') this.#picture(one);
    else if (one.kind === 'time') await this.#clock.advanceMs(one.durationMs);
    else if (one.kind === 'room' && last) this.#room(last, one.packets);
    else if (one.kind === 'break' && last) {
      this.#hasBroken ||= this.#isConnected;
      last.failure = linkError('gone');
      this.#stream.look();
    } else if (one.kind === 'connect' && !this.#isConnected) this.#connect(one.packets, one.unconfirmedMs);
  }

  async end(): Promise<void> {
    const finished = this.#stream.finish(500);
    await this.#clock.advanceMs(600);
    await finished;
    expect(this.#clock.sleeperCount).toBe(0);
  }

  /** What is so of the causes, whatever happened. */
  checkCauses(): void {
    const { skipped, sentPictures } = this.account;
    const received = this.carriers
      .flatMap((carrier) => picturesIn(carrier.received))
      .filter(({ number }) => number >= this.before);
    expect(skipped.standby).toBe(0);
    expect(skipped.away + skipped.slow).toBeLessThanOrEqual(this.pictures - received.length);
    expect(sentPictures).toBeLessThanOrEqual(received.filter(({ isWhole }) => isWhole).length);
    if (this.#connections === 0) expect(skipped.away).toBe(this.pictures);
    if (!this.#isLimited) expect(skipped.slow).toBe(0);
    if (!this.#isLimited && !this.#hasBroken) expect(skipped.broken).toBe(0);
  }

  /** As two reads deliver it. */
  #picture({ isKeyframe, sizeBytes, cutPackets }: Extract<Step, { kind: 'video' }>): void {
    const bytes = this.#video.make({ isKeyframe: isKeyframe || !this.#hasBegun, sizeBytes });
    this.#hasBegun = true;
    // The tables are never cut off from the picture here: without them nothing can be delivered.
    const cut = Math.max(3, cutPackets) * PACKET_BYTES;
    this.#video.bytes(bytes.subarray(0, cut));
    if (cut < bytes.length) this.#video.bytes(bytes.subarray(cut));
  }

  #room(carrier: FakeCarrier, roomPackets: number): void {
    carrier.roomBytes = roomPackets * PACKET_BYTES;
    this.#isLimited ||= roomPackets < ANY_ROOM;
  }

  #connect(roomPackets: number, unconfirmedMs: number): void {
    this.#connections += 1;
    this.#isLimited ||= roomPackets < ANY_ROOM;
    const carrier = new FakeCarrier(roomPackets * PACKET_BYTES);
    carrier.unconfirmedMs = unconfirmedMs;
    this.carriers.push(carrier);
    this.#isConnected = true;
    this.#stream.connect(carrier, () => {
      this.#isConnected = false;
    });
  }
}

test('whatever becomes of its ways, a receiver gets what can be decoded, and each picture is counted once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), fc.nat(5), async (steps, before) => {
      const run = new Run(before);
      let counted = 0;
      for (const one of steps) {
        await run.do(one);
        const now = run.account.sentPictures + skippedIn(run.account);
        expect(now).toBeGreaterThanOrEqual(counted);
        counted = now;
        expect(counted).toBeLessThanOrEqual(run.pictures);
      }
      await run.end();
      checkReceived(run.carriers);
      run.checkCauses();
      expect(run.account.sentPictures + skippedIn(run.account)).toBe(run.pictures);
      expect(run.account.sentBytes).toBe(
        run.carriers.reduce((sum, { received }) => sum + received.length, 0),
      );
    }),
    { numRuns: 150 },
  );
}, 60_000);
