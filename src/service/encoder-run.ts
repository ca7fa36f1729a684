import { waitAtMost, type Clock } from '../base/clock.ts';
import type { Encoder } from '../encoder/encoder.ts';
import type { TimelineJoin } from '../mpegts/timeline.ts';
import type { Feed, Hub } from '../outputs/hub.ts';

/** An ffmpeg that is gone has left less than a pipe full behind; whatever keeps its pipe open is no ffmpeg. */
const REST_LIMIT_MS = 1_000;

/** Carries the video of one ffmpeg after the other to the outputs. */
export type VideoHub = Pick<Hub, 'feed' | 'close' | 'pictures' | 'sizeBytes'>;

/** One ffmpeg of a session, and what has come out of it. */
export interface EncoderRun {
  readonly encoder: Encoder;
  /** Pictures that have come out of it, but for those that are not shown. */
  readonly pictures: number;
  /** Resolves once all of its video has been handed on. Never rejects. */
  readonly ended: Promise<void>;
}

/** That of an ffmpeg that writes to the destination itself. */
export function directRun(encoder: Encoder): EncoderRun {
  return {
    encoder,
    get pictures() {
      return encoder.encodedFrames;
    },
    ended: waitFor(encoder),
  };
}

async function waitFor({ exited }: Encoder): Promise<void> {
  await exited;
}

interface HubRunParts {
  readonly hub: VideoHub;
  readonly encoder: Encoder;
  /** Ticks of 90 kHz from one picture to the next. */
  readonly periodTicks: number;
}

/** That of the ffmpeg that a session begins with. */
export function firstRun(parts: HubRunParts): EncoderRun {
  return new HubRun(parts, Promise.resolve(), () => ({ kind: 'first-of-session' }));
}

/**
 * That of an ffmpeg that has taken over: its video is handed on once that of the one before is at its end.
 * @param handedFrames that were put into the one before
 */
export function nextRun(parts: HubRunParts, before: EncoderRun, handedFrames: number): EncoderRun {
  const join = () => ({ kind: 'goes-on', lostFrames: Math.max(0, handedFrames - before.pictures) }) as const;
  return new HubRun(parts, before.ended, join);
}

/**
 * A class, for what it must not hold: the run before it, which a closure would. A session has as many as it likes in its months,
 * and each of them would hold all others.
 */
class HubRun implements EncoderRun {
  readonly encoder: Encoder;
  readonly ended: Promise<void>;
  #feed: Feed | undefined;

  constructor(
    { hub, encoder, periodTicks }: HubRunParts,
    before: Promise<void>,
    joinThen: () => TimelineJoin,
  ) {
    this.encoder = encoder;
    this.ended = before.then(() => {
      if (!encoder.video) return undefined;
      const join = joinThen();
      this.#feed = hub.feed(encoder.video, { join, periodTicks, isWarmedUp: join.kind === 'goes-on' });
      return this.#feed.ended;
    });
  }

  get pictures(): number {
    return this.#feed?.pictures ?? 0;
  }
}

/** Once ffmpeg is gone: waits until what it has left is handed on, a moment at the most. Never rejects. */
export async function handOnRest({ encoder, ended }: EncoderRun, clock: Clock): Promise<void> {
  await waitAtMost(clock, REST_LIMIT_MS, ended);
  await encoder.video?.close();
}
