import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { PACKET_BYTES } from '../../../src/mpegts/packet.ts';
import { ReconnectingOutput } from '../../../src/outputs/reconnecting-output.ts';
import { FakeCarrier, linkError } from '../../support/fake-carrier.ts';
import { settle } from '../../support/fake-clock.ts';
import { picturesIn } from '../../support/ts-packets.ts';
import { range, RecordingStage } from './recording-stage.ts';

/** A link that holds, has little room, breaks, is refused, flaps, and is back. */
interface Course {
  readonly gopPictures: number;
  readonly heldPictures: number;
  readonly narrowPictures: number;
  readonly roomPackets: number;
  readonly unconfirmedMs: number;
  readonly awayPictures: number;
  /** Pictures that it carries each time until it breaks again. */
  readonly flaps: readonly number[];
}

const anyCourse: fc.Arbitrary<Course> = fc.record({
  gopPictures: fc.integer({ min: 5, max: 60 }),
  heldPictures: fc.integer({ min: 60, max: 300 }),
  narrowPictures: fc.nat(40),
  roomPackets: fc.oneof(fc.nat(200), fc.constant(1_000_000)),
  unconfirmedMs: fc.nat(900),
  awayPictures: fc.integer({ min: 30, max: 300 }),
  flaps: fc.array(fc.nat(40), { maxLength: 3 }),
});

class Run {
  readonly stage: RecordingStage;
  readonly carriers: FakeCarrier[] = [];
  readonly #link: ReconnectingOutput;
  #answer: PromiseWithResolvers<FakeCarrier> | undefined;

  constructor(private readonly course: Course) {
    this.stage = new RecordingStage({ when: 'outage', gopPictures: course.gopPictures, segmentMs: 5_000 });
    const { clock, video, alsoTo } = this.stage;
    this.#link = new ReconnectingOutput({
      name: 'link',
      clock,
      emit: () => {},
      open: () => {
        this.#answer = Promise.withResolvers<FakeCarrier>();
        return this.#answer.promise;
      },
      settleMs: 2_000,
      random: () => 0,
    });
    alsoTo.push(this.#link);
    this.#link.open(video.gop);
    this.stage.others = () => [this.#link.reach];
    this.stage.output.open();
  }

  async accept(): Promise<FakeCarrier> {
    // It is tried again after 5 s at the latest.
    while (!this.#answer) await this.stage.pictures(1);
    const carrier = new FakeCarrier();
    carrier.unconfirmedMs = this.course.unconfirmedMs;
    this.#answer.resolve(carrier);
    this.#answer = undefined;
    this.carriers.push(carrier);
    await settle();
    return carrier;
  }

  async refuse(pictures: number): Promise<void> {
    for (let made = 0; made < pictures; made += 1) {
      this.#answer?.reject(linkError('refused'));
      this.#answer = undefined;
      await this.stage.pictures(1);
    }
  }

  /** @returns pictures that are known to have got there */
  get sentPictures(): number {
    return this.#link.figures().counts.sentPictures;
  }

  async close(): Promise<void> {
    const closed = this.#link.close(500);
    await this.stage.close();
    await closed;
  }
}

test('what a link gets and what is recorded while it is away are together all of the video', async () => {
  await fc.assert(
    fc.asyncProperty(anyCourse, async (course) => {
      const run = new Run(course);
      const { stage } = run;
      const first = await run.accept();
      await stage.pictures(course.heldPictures);
      first.roomBytes = course.roomPackets * PACKET_BYTES;
      await stage.pictures(course.narrowPictures);
      first.failure = linkError('gone');
      await stage.clock.advanceMs(100);
      const gotPictures = run.sentPictures;
      await run.refuse(course.awayPictures);
      for (const pictures of course.flaps) {
        const flapping = await run.accept();
        await stage.pictures(pictures);
        flapping.failure = linkError('gone');
        await run.refuse(12);
      }
      const last = await run.accept();
      await stage.pictures(150);
      await run.close();

      const recorded = stage.folder.numbers.flat();
      const [begin = -1] = recorded;
      const end = (recorded.at(-1) ?? -1) + 1;
      expect(recorded).toEqual(range(begin, end));
      expect(begin).toBeLessThanOrEqual(gotPictures);
      // It begins with the last keyframe that is early enough: no more is recorded twice than it takes.
      expect(begin + course.gopPictures).toBeGreaterThanOrEqual(gotPictures);
      const back = picturesIn(last.received).map(({ number }) => number);
      expect(back[0] ?? Infinity).toBeLessThanOrEqual(end);
      expect(back).toEqual(range(back[0] ?? 0, stage.video.pictures));
      expect(stage.known).toBe(stage.video.pictures);
    }),
    { numRuns: 80 },
  );
}, 60_000);
