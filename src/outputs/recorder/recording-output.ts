import { NS_PER_MS, sleepMs, waitAtMost, type Clock } from '../../base/clock.ts';
import { LinkError } from '../../base/errors.ts';
import type { Emit, OutputEvent } from '../../base/event.ts';
import type { Failure } from '../../base/failure.ts';
import type { OutputState } from '../../base/output-state.ts';
import type { RecordWhen } from '../../config/config.ts';
import type { Chunk } from '../chunk.ts';
import { OutputAccount } from '../output-account.ts';
import type { Output, OutputFigures, OutputReach } from '../output.ts';
import { inTurn } from './folder-turns.ts';
import { ENDLESS, outageNow, type Outage } from './outage.ts';
import { RecentVideo } from './recent-video.ts';
import { RecordQueue } from './record-queue.ts';
import { recoverInTurn } from './recover-segments.ts';
import { SegmentWriter, type SegmentStore } from './segment-writer.ts';
import { piecesOf, type VideoPiece } from './video-piece.ts';

/** A power cut costs what has come in this time, and what the disk takes to make it safe: together a second at the most. */
const WRITE_PERIOD_MS = 500;
/** What the other outputs do is looked at so often also while nothing comes. */
const LOOK_PERIOD_MS = 100;
/** A disk that has failed is tried again after this: what becomes of the video meanwhile is kept for as long. */
const RETRY_MS = 5_000;
/** What a disk does in milliseconds takes it so long only if it hangs, or is far too slow. */
const HANGS_AFTER_NS = 5_000n * NS_PER_MS;
/** A disk that hangs when a session ends is waited for no longer than this. */
const HANGING_LIMIT_MS = 500;
const HANGS: Failure = {
  code: 'file-hangs',
  text: 'the disk of the recordings has not answered for 5 s: it goes on once it does',
};

/** What a recorder needs for a session. */
export interface RecordingOutputParts {
  /** The folder as it was given. */
  readonly name: string;
  readonly clock: Clock;
  readonly emit: Emit<OutputEvent>;
  /** Lives as long as the service, and is that of one recorder at a time: the one that follows waits for the one before. */
  readonly folder: SegmentStore;
  readonly when: RecordWhen;
  /** A segment ends with the first keyframe after this. */
  readonly segmentMs: number;
  /** Or once it has half of this, so that there is one to delete: what all segments together may have; absent: no such bound. */
  readonly quotaBytes?: number;
  /** What all outputs but this one do. Where there are none, everything is recorded. */
  readonly others: () => readonly OutputReach[];
  /** The clock of the machine, in milliseconds since 1970. */
  readonly wallMs: () => number;
  /** That of an earlier output of the same name; absent: a new one. */
  readonly account?: OutputAccount;
}

/**
 * Keeps the video in a folder: all of it, or that of outages. A picture counts as sent once it is on the disk up to where the next
 * one begins, so that a power cut does not take it. A disk that is slow or fails holds up nobody.
 */
export class RecordingOutput implements Output {
  readonly name: string;
  /** It is no way to anybody, and nothing is to wait for it. */
  readonly reach: OutputReach = { kind: 'away', sinceNs: 0n, doubt: 'none' };
  readonly #account: OutputAccount;
  readonly #queue: RecordQueue;
  readonly #writer: SegmentWriter;
  readonly #recent = new RecentVideo();
  readonly #stop = new AbortController();
  #life: Promise<void> = Promise.resolve();
  #outage: Outage | undefined;
  /** When the first of the video came. */
  #videoSinceNs: bigint | undefined;
  /** Whether what comes is to be written, and does not go to the recent video. */
  #isRecording = false;
  /** Whether the folder was good when it was last used. */
  #isReady = false;
  #retryNs = 0n;
  /** Whether the recorder of the session before is done with the folder. */
  #isItsTurn = false;
  /** Since when the disk has been at work. */
  #workSinceNs: bigint | undefined;
  #told: OutputState['kind'] | undefined;

  constructor(private readonly parts: RecordingOutputParts) {
    const { name, account = new OutputAccount(), segmentMs, folder, clock } = parts;
    this.name = name;
    this.#account = account;
    this.#queue = new RecordQueue(account, { segmentMs, mostBytes: (parts.quotaBytes ?? Infinity) / 2 });
    this.#writer = new SegmentWriter({ folder, queue: this.#queue, account, clock });
  }

  /** Looks into the folder, and goes on with it until it is closed. */
  open(): void {
    const { folder, clock } = this.parts;
    this.#look();
    // Of the session before something may hang still.
    this.#workSinceNs = clock.nowNs();
    const living = inTurn(folder, async () => {
      this.#isItsTurn = true;
      await this.#live();
    });
    this.#life = Promise.all([living, this.#lookAround()]).then(() => undefined);
  }

  deliver(chunk: Chunk, tables: Uint8Array): void {
    const { clock, wallMs } = this.parts;
    const came = { ns: clock.nowNs(), wallMs: wallMs() };
    this.#videoSinceNs ??= came.ns;
    this.#lookAtOthers();
    for (const piece of piecesOf(chunk, tables, came)) this.#take(piece);
    this.#beginInOutage();
  }

  figures(): OutputFigures {
    const { counts } = this.#account;
    const recording = this.parts.folder.figures;
    return recording ? { counts, recording } : { counts };
  }

  /** What cannot be written in this time is lost. */
  async close(limitMs: number): Promise<void> {
    this.#look(true);
    this.#stop.abort();
    // The next session is not to wait for a disk that hangs.
    const isHanging = !this.#isItsTurn || this.#worksSince(HANGS_AFTER_NS);
    const leftMs = isHanging ? Math.min(limitMs, HANGING_LIMIT_MS) : limitMs;
    await waitAtMost(this.parts.clock, leftMs, this.#life);
    this.#queue.lose(this.parts.clock.nowNs());
    this.#skip(this.#recent.clear());
    this.#tell({ kind: 'closed' });
  }

  #take(piece: VideoPiece): void {
    // A recording ends before a keyframe, with which the recent video then begins: nothing is between them.
    if (this.#isRecording && piece.begin && !this.#outage) {
      this.#queue.endRecording();
      this.#isRecording = false;
    }
    if (this.#isRecording) this.#queue.push(piece);
    else this.#skip(this.#recent.add(piece));
  }

  #look(isLast = false): void {
    this.#lookAtOthers(isLast);
    this.#beginInOutage();
  }

  #lookAtOthers(isLast = false): void {
    const { clock, when, others } = this.parts;
    const now = { nowNs: clock.nowNs(), videoSinceNs: this.#videoSinceNs, isLast };
    this.#outage = when === 'always' ? ENDLESS : outageNow(this.#outage, others(), now);
  }

  /** What is recorded begins with what came before the outage was noticed. */
  #beginInOutage(): void {
    if (!this.#outage || this.#isRecording || this.parts.clock.nowNs() < this.#retryNs) return;
    const { pieces, before } = this.#recent.takeFrom(this.#outage.sinceNs);
    this.#account.skip('standby', before);
    if (pieces.length === 0) return;
    this.#queue.pushRecent(pieces);
    this.#isRecording = true;
  }

  /** Pictures that are not recorded: since there is no outage, or in spite of one. */
  #skip(pictures: number): void {
    this.#account.skip(this.#outage ? 'away' : 'standby', pictures);
  }

  async #lookAround(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#look();
      this.#lookForHang();
      await sleepMs(this.parts.clock, LOOK_PERIOD_MS, signal);
    }
  }

  /** Nothing can be done about it, but somebody has to know. */
  #lookForHang(): void {
    if (this.#worksSince(HANGS_AFTER_NS)) this.#tell({ kind: 'failed', failure: HANGS, retryMs: RETRY_MS });
  }

  /** Whether the disk has been at the same work for so long. */
  #worksSince(durationNs: bigint): boolean {
    const sinceNs = this.#workSinceNs;
    return sinceNs !== undefined && this.parts.clock.nowNs() - sinceNs >= durationNs;
  }

  async #live(): Promise<void> {
    const { clock } = this.parts;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#workSinceNs = clock.nowNs();
      await this.#orFail(() => this.#work());
      this.#workSinceNs = undefined;
      await sleepMs(clock, WRITE_PERIOD_MS, signal);
    }
    if (this.#isReady) await this.#orFail(() => this.#end());
  }

  async #work(): Promise<void> {
    if (!this.#isReady && this.parts.clock.nowNs() < this.#retryNs) return;
    if (!this.#isReady) await this.#prepare();
    await this.#writer.writeWaiting();
    if (this.#writer.isOpen) this.#tell({ kind: 'streaming' });
    else if (!this.#outage) this.#tell({ kind: 'standby' });
  }

  /** What an earlier run has left is finished also where there is nothing to record yet: a bad folder shows at once. */
  async #prepare(): Promise<void> {
    this.#account.attempts += 1;
    this.#tell({ kind: 'connecting' });
    await recoverInTurn(this.parts);
    this.#isReady = true;
  }

  async #end(): Promise<void> {
    await this.#writer.writeWaiting();
    await this.#writer.finish();
  }

  async #orFail(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // Anything but a disk that fails is a fault of ours.
      if (!(error instanceof LinkError)) throw error;
      await this.#fail(error.failure);
    }
  }

  async #fail(failure: Failure): Promise<void> {
    this.#isReady = false;
    this.#isRecording = false;
    // That it hangs may have been told before.
    if (this.#told !== 'closed') this.#told = undefined;
    this.#retryNs = this.parts.clock.nowNs() + BigInt(RETRY_MS) * NS_PER_MS;
    this.#tell({ kind: 'failed', failure, retryMs: RETRY_MS });
    await this.#writer.giveUp();
  }

  /** Each state is told once, and nothing after the end. */
  #tell(state: OutputState): void {
    if (state.kind === this.#told || this.#told === 'closed') return;
    this.#told = state.kind;
    this.parts.emit({ kind: 'output-state', output: this.name, state });
  }
}
