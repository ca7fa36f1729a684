import { Backoff } from '../base/backoff.ts';
import { inMs, sleepMs, type Clock } from '../base/clock.ts';
import { EncoderError } from '../base/errors.ts';
import type { Emit } from '../base/event.ts';
import type { Failure } from '../base/failure.ts';
import type { Encoder } from '../encoder/encoder.ts';
import { explainExit } from '../encoder/failure.ts';
import type { Mover } from '../mover/mover.ts';
import { handOnRest, nextRun, type EncoderRun, type VideoHub } from './encoder-run.ts';
import { NextEncoder, type Switched } from './next-encoder.ts';
import type { Reach } from './plan.ts';
import { warmUp, type WarmedUp } from './warm-up.ts';

/** ffmpeg that takes no more frames has this long to exit and to say why. */
const EXIT_LIMIT_MS = 3_000;
/** An ffmpeg that fails so often in a row before its first picture is none that the same session can wait for. */
const MOST_RESTARTS = 3;
/** An ffmpeg that ran this long was a good one: the next one follows at once. After others there are waits, which double. */
const GOOD_RUN_MS = 5_000;
const FIRST_WAIT_MS = 500;
/** The receiver, to whom nothing is sent meanwhile, is to keep the connection. */
const LONGEST_WAIT_MS = 4_000;

/** Why a session is to end in order. */
export type Reason = 'idle' | 'stopped' | 'settings';

/** Settings that were read again while a session goes on. */
export interface Interruption {
  /** Aborts when other settings wait to be taken over. Another signal from then on, once they are. */
  readonly changed: AbortSignal;
  /** Aborts when the session has to end for them. */
  readonly endsSession: AbortSignal;
  /** Takes them over; the frames stand still meanwhile. @returns how far they reach */
  takeOver(): Promise<Reach>;
}

/** What it takes to send frames. */
export interface StreamParts {
  readonly clock: Clock;
  /** Has the frame that the session begins with. */
  readonly mover: Mover;
  /**
   * Starts ffmpeg by the settings in force, with this descriptor as its standard input; throws an `EncoderError` if it cannot.
   * `isWarmedUp`: its first picture is not shown.
   */
  readonly startEncoder: (stdinFd: number, isWarmedUp: boolean) => Encoder;
  readonly emit: Emit;
  readonly interruption: Interruption;
  /** Ticks of 90 kHz from one picture to the next. */
  readonly periodTicks: number;
  /** Spreads the waits. */
  readonly random: () => number;
}

/** Sends the frames of one session, to one ffmpeg after the other where its outputs are ours. */
export class Stream {
  #run: EncoderRun;
  /** The ffmpeg that is to take over by other settings. */
  #next: NextEncoder | undefined;
  /** Those before the one in force, until they are gone. */
  #leaving: Promise<void> = Promise.resolve();
  /** When frames began to go to the one in force. */
  #followedNs: bigint;
  readonly #restartWait: Backoff;

  /** @param hub undefined where ffmpeg writes to the destination itself: the stream then ends with it */
  constructor(
    private readonly parts: StreamParts,
    private readonly hub: VideoHub | undefined,
    first: EncoderRun,
  ) {
    this.#run = first;
    this.#followedNs = parts.clock.nowNs();
    this.#restartWait = new Backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS, parts.random);
  }

  /** The ffmpeg that the frames go to. */
  get run(): EncoderRun {
    return this.#run;
  }

  /** Sends frames until `stop` aborts. @returns why no more are sent; a failure where it is ffmpeg's */
  async send(stop: AbortSignal): Promise<Reason | Failure> {
    const { interruption, emit } = this.parts;
    for (;;) {
      const end = await this.#pump(stop);
      if (end === 'idle' || end === 'stopped' || end === 'settings') {
        await this.#settleNext();
        return end;
      }
      if (end === 'taken-over') await this.#settleNext();
      else if (end === 'changed') {
        const reach = await interruption.takeOver();
        if (reach === 'session') return 'settings';
        if (reach === 'encoder') await this.#changeEncoder(stop);
      } else {
        if (!this.hub) return end;
        const restarted = await this.#restart(end, stop);
        if (restarted !== 'streaming') return restarted;
        emit({ kind: 'session', state: { kind: 'streaming' } });
      }
    }
  }

  /** Waits until each ffmpeg but the one in force is gone. Never rejects. */
  async close(): Promise<void> {
    await this.#leaving;
  }

  async #pump(stop: AbortSignal): Promise<Reason | 'taken-over' | 'changed' | Failure> {
    const { mover, interruption } = this.parts;
    const { encoder } = this.#run;
    const { changed } = interruption;
    const gone = new AbortController();
    void encoder.exited.then(() => gone.abort());
    const inForce = this.#next ? [this.#next.inForce] : [];
    try {
      const end = await mover.pump(AbortSignal.any([stop, gone.signal, changed, ...inForce]));
      if (stop.aborted) return 'stopped';
      if (this.#next?.isSwitching) return 'taken-over';
      if (gone.signal.aborted) return explainExit(await encoder.exited);
      if (end === 'idle') return 'idle';
      if (interruption.endsSession.aborted) return 'settings';
      return changed.aborted ? 'changed' : 'taken-over';
    } catch (error) {
      if (error instanceof EncoderError && this.#next?.isSwitching === true) return 'taken-over';
      return failureOf(encoder, this.parts.clock, error);
    }
  }

  /** The one in force goes on until the next one is warm. */
  async #changeEncoder(stop: AbortSignal): Promise<void> {
    const { emit } = this.parts;
    await this.#settleNext();
    const onFailure = (failure: Failure, retryMs: number) =>
      emit({ kind: 'encoder-not-changed', failure, retryMs });
    this.#next = new NextEncoder(
      {
        warmUp: (cutOff) => this.#warmUp(Infinity, cutOff, onFailure),
        switchInput: () => this.#switchInput(),
      },
      stop,
    );
  }

  /** Of the ffmpeg that was to take over nothing is left, or it is the one in force. */
  async #settleNext(): Promise<void> {
    const switched = await this.#next?.settle();
    this.#next = undefined;
    if (!switched) return;
    this.#follow(switched);
    this.parts.emit({ kind: 'encoder-changed' });
  }

  /** ffmpeg is gone, and the outputs are not: the next one goes on where it was. */
  async #restart(failure: Failure, stop: AbortSignal): Promise<'streaming' | Reason | Failure> {
    const { interruption, clock } = this.parts;
    await this.#settleNext();
    const waitMs = this.#restartWaitMs();
    this.#tellRestart(failure, waitMs);
    await sleepMs(clock, waitMs, AbortSignal.any([stop, interruption.changed]));
    for (;;) {
      const cutOff = AbortSignal.any([stop, interruption.changed]);
      const outcome = await this.#warmUp(MOST_RESTARTS, cutOff, (again, retryMs) =>
        this.#tellRestart(again, retryMs),
      );
      if (outcome.kind === 'failed') return outcome.failure;
      if (outcome.kind === 'warm') {
        this.#follow({ encoder: outcome.encoder, ...(await this.#switchInput()) });
        return 'streaming';
      }
      if (stop.aborted) return 'stopped';
      if (interruption.endsSession.aborted) return 'settings';
      // They may be the remedy.
      if ((await interruption.takeOver()) === 'session') return 'settings';
    }
  }

  /** None after an ffmpeg that has run for a while. */
  #restartWaitMs(): number {
    if (inMs(this.parts.clock.nowNs() - this.#followedNs) < GOOD_RUN_MS) return this.#restartWait.nextMs();
    this.#restartWait.reset();
    return 0;
  }

  /** One ffmpeg after the other, so that it is clear whose frames are lost. */
  async #switchInput(): Promise<{ readonly framesBefore: number }> {
    await this.#leaving;
    return this.parts.mover.switchInput();
  }

  #tellRestart(failure: Failure, retryMs: number): void {
    this.parts.emit({ kind: 'session', state: { kind: 'restarting', failure, retryMs } });
  }

  #warmUp(
    mostAttempts: number,
    cutOff: AbortSignal,
    onFailure: (failure: Failure, retryMs: number) => void,
  ): Promise<WarmedUp> {
    const startEncoder = (stdinFd: number) => this.parts.startEncoder(stdinFd, true);
    return warmUp({ ...this.parts, startEncoder, mostAttempts, onFailure }, cutOff);
  }

  /** Frames go to another ffmpeg from now on. */
  #follow({ encoder, framesBefore }: Switched): void {
    const before = this.#run;
    const { periodTicks } = this.parts;
    this.#followedNs = this.parts.clock.nowNs();
    if (this.hub) this.#run = nextRun({ hub: this.hub, encoder, periodTicks }, before, framesBefore);
    this.#leaving = Promise.all([this.#leaving, this.#leave(before)]).then(() => undefined);
  }

  /** The one before has its end of file, and hands on what it still has. */
  async #leave(run: EncoderRun): Promise<void> {
    const { clock, mover } = this.parts;
    const { code } = await run.encoder.stop();
    await handOnRest(run, clock);
    if (code !== 0) mover.lose({ encodedFrames: run.pictures, unnoticedMs: 0 }, 'before');
  }
}

/** A write fails because ffmpeg is gone, which says why itself, or because it hangs. */
export async function failureOf(encoder: Encoder, clock: Clock, error: unknown): Promise<Failure> {
  if (!(error instanceof EncoderError)) throw error;
  const isStall = error.failure.code === 'ffmpeg-stalled';
  const gone = new AbortController();
  const limit = sleepMs(clock, isStall ? 0 : EXIT_LIMIT_MS, gone.signal);
  void limit.then(() => gone.signal.aborted || encoder.kill());
  const exit = await encoder.exited;
  gone.abort();
  return isStall ? error.failure : explainExit(exit);
}
