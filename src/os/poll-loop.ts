import { drainMicrotasks } from 'bun:jsc';
import { NS_PER_MS, type Clock } from '../base/clock.ts';
import { NS_PER_SECOND } from '../base/frame-rate.ts';
import { errno, errorInWords, EINTR, libc, pinned, POLLIN, POLLOUT } from './libc.ts';

/**
 * Descriptors that can be waited for at the same time: Redis, the pipe, the mailbox, and connections to Redis that are still
 * being made, up to 5 s each, though nobody wants them any more: after a reload there is one, and many may follow each other.
 */
const MOST_WAITS = 256;
/** struct pollfd: int fd, short events, short revents (poll(2)). */
const POLLFD_BYTES = 8;
/** struct timespec with 64-bit seconds and nanoseconds. */
const TIMESPEC_BYTES = 16;
/** Whoever has work without a wait gives way to the others after so long; a tick is then late by no more. */
const TURN_NS = 5n * NS_PER_MS;

/** So long `readableSoon` waits at the most: a piece of a frame that is under way comes within a tenth of that. */
const SOON_NS = NS_PER_MS;

/** For waits that end by themselves. */
const NEVER = new AbortController().signal;

interface Wait {
  readonly fd: number;
  readonly events: number;
  readonly resolve: (isReady: boolean) => void;
}

interface Sleeper {
  readonly deadlineNs: bigint;
  /** Looked at, not listened to: whoever aborts it runs on this loop, which looks before it sleeps. */
  readonly signal: AbortSignal;
  readonly resolve: () => void;
}

function byDeadline(one: Sleeper, other: Sleeper): number {
  return one.deadlineNs < other.deadlineNs ? -1 : Number(one.deadlineNs > other.deadlineNs);
}

/**
 * An event loop of its own for a thread that only moves frames: it sleeps in ppoll() until a descriptor is ready or a
 * deadline has come, to within a tenth of a millisecond, and runs what waits for it. Code on it is ordinary `async` code
 * over this clock and these waits; nothing else that needs the runtime's own loop (timers, sockets, messages in) works
 * on this thread while it runs.
 */
export class PollLoop implements Clock {
  /** One more, for `readableSoon`. */
  readonly #pollFds = pinned((MOST_WAITS + 1) * POLLFD_BYTES);
  readonly #pollView = new DataView(this.#pollFds.view.buffer);
  readonly #timeout = pinned(TIMESPEC_BYTES);
  readonly #timeoutView = new DataView(this.#timeout.view.buffer);
  #waits: Wait[] = [];
  #sleepers: Sleeper[] = [];
  #turns: ((isRunning: boolean) => void)[] = [];
  /** When descriptors and deadlines were last looked at. */
  #lookedNs = this.nowNs();
  /** Only one waiter was woken since then: nobody else has anything to do before it waits again. */
  #isAlone = false;
  #isStopped = false;

  nowNs(): bigint {
    return process.hrtime.bigint();
  }

  sleepUntil(deadlineNs: bigint, signal: AbortSignal): Promise<void> {
    const nowNs = this.nowNs();
    // One that is past its deadline again and again must not keep descriptors from being looked at.
    if (signal.aborted || (deadlineNs <= nowNs && !this.#isTurnOver(nowNs))) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      };
      const sleeper = { deadlineNs, signal, resolve: wake };
      this.#sleepers.push(sleeper);
    });
  }

  /** A short sleep that nothing cuts off but its end. */
  pause(durationNs: bigint): Promise<void> {
    return this.sleepUntil(this.nowNs() + durationNs, NEVER);
  }

  /**
   * For work that goes on without waiting for anything: where it is time, a promise that resolves once all that is due
   * was done, to false if the loop is stopped; undefined where it is not.
   */
  turn(nowNs: bigint): Promise<boolean> | undefined {
    if (!this.#isTurnOver(nowNs)) return undefined;
    if (this.#isStopped) return Promise.resolve(false);
    return new Promise((resolve) => this.#turns.push(resolve));
  }

  /**
   * Resolves to true once `fd` can be read (or has an error or its end to tell), to false at the deadline. The descriptor
   * must stay open meanwhile, or be forgotten first.
   */
  readable(fd: number, deadlineNs: bigint): Promise<boolean> {
    return this.#ready(fd, POLLIN, deadlineNs);
  }

  /**
   * Waits for `fd` here and now, up to a millisecond: for a waiter that was just woken and soon needs more. Without promises, of which
   * a frame that comes in thirty pieces would take hundreds. @returns false where it is not sure that `fd` alone is ready: then
   * `readable` is to be awaited, which lets everybody have their turn.
   */
  readableSoon(fd: number): boolean {
    if (!this.#isAlone || this.#isStopped) return false;
    const leftNs = this.#leftNs() ?? SOON_NS;
    // Whoever is due has to have a turn, however much there is to read.
    if (leftNs === 0n) return false;
    this.#setTimeout(leftNs < SOON_NS ? leftNs : SOON_NS);
    this.#setPollFds();
    this.#setPollFd(this.#waits.length, fd, POLLIN);
    const ready = libc.ppoll(this.#pollFds.address, this.#waits.length + 1, this.#timeout.address, null);
    // Where others are ready, too, they have not been looked after: the turn is theirs as soon as it was before.
    const isOurs = ready === 1 && this.#isReady(this.#waits.length);
    if (isOurs) this.#lookedNs = this.nowNs();
    else if (ready > 0) this.#isAlone = false;
    return isOurs;
  }

  /** The same for writing. */
  writable(fd: number, deadlineNs: bigint): Promise<boolean> {
    return this.#ready(fd, POLLOUT, deadlineNs);
  }

  /** The descriptor is about to be closed: waits for it end as at their deadline, before its number is that of another. */
  forget(fd: number): void {
    for (const wait of this.#waits) if (wait.fd === fd) wait.resolve(false);
  }

  /** Runs until `stop` is called, and on until all that had to be done for that is done. */
  run(): void {
    for (;;) {
      drainMicrotasks();
      const nowNs = this.nowNs();
      const hasWoken = this.#wakeSleepers(nowNs);
      this.#isAlone = false;
      if (hasWoken && (this.#isStopped || !this.#isTurnOver(nowNs))) continue;
      if (this.#isStopped) return;
      this.#poll(hasWoken || this.#turns.length > 0);
      this.#giveTurns();
    }
  }

  /** From now on no descriptor is waited for: each wait ends as at its deadline, so that whoever waits can close its own. */
  stop(): void {
    this.#isStopped = true;
    for (const wait of this.#waits) wait.resolve(false);
    this.#takeTurns().forEach((resolve) => resolve(false));
  }

  #isTurnOver(nowNs: bigint): boolean {
    return nowNs - this.#lookedNs >= TURN_NS;
  }

  /** Whoever has given way goes on behind all that was due meanwhile. */
  #giveTurns(): void {
    if (this.#turns.length === 0) return;
    const turns = this.#takeTurns();
    drainMicrotasks();
    turns.forEach((resolve) => resolve(!this.#isStopped));
  }

  #takeTurns(): ((isRunning: boolean) => void)[] {
    const turns = this.#turns;
    this.#turns = [];
    return turns;
  }

  #ready(fd: number, events: number, deadlineNs: bigint): Promise<boolean> {
    if (this.#isStopped) return Promise.resolve(false);
    if (this.#waits.length === MOST_WAITS) throw new Error(`more than ${MOST_WAITS} waits at a time`);
    return new Promise((resolve) => {
      const settle = (isReady: boolean) => {
        this.#waits = this.#waits.filter((other) => other !== wait);
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve(isReady);
      };
      const wait = { fd, events, resolve: settle };
      const sleeper = { deadlineNs, signal: NEVER, resolve: () => settle(false) };
      this.#waits.push(wait);
      this.#sleepers.push(sleeper);
    });
  }

  #wakeSleepers(nowNs: bigint): boolean {
    const due = this.#sleepers.filter(({ deadlineNs, signal }) => deadlineNs <= nowNs || signal.aborted);
    // After a hold-up several are due at once: they wake in the order in which they would have.
    if (due.length > 1) due.sort(byDeadline);
    for (const sleeper of due) sleeper.resolve();
    return due.length > 0;
  }

  /** @param isBusy there is work to go on with: what is ready is looked at, but not waited for */
  #poll(isBusy: boolean): void {
    const waits = this.#waits;
    this.#setPollFds();
    const waitNs = isBusy ? 0n : this.#leftNs();
    if (waitNs !== undefined) this.#setTimeout(waitNs);
    const timeout = waitNs === undefined ? null : this.#timeout.address;
    const ready = libc.ppoll(this.#pollFds.address, waits.length, timeout, null);
    if (ready < 0 && errno() !== EINTR) throw new Error(`ppoll: ${errorInWords(errno())}`);
    this.#lookedNs = this.nowNs();
    if (ready <= 0) return;
    const woken = waits.filter((_, index) => this.#isReady(index));
    this.#isAlone = woken.length === 1 && !isBusy;
    for (const wait of woken) wait.resolve(true);
  }

  #setPollFds(): void {
    this.#waits.forEach(({ fd, events }, index) => this.#setPollFd(index, fd, events));
  }

  #setPollFd(index: number, fd: number, events: number): void {
    this.#pollView.setInt32(index * POLLFD_BYTES, fd, true);
    this.#pollView.setInt16(index * POLLFD_BYTES + 4, events, true);
    this.#pollView.setInt16(index * POLLFD_BYTES + 6, 0, true);
  }

  #isReady(index: number): boolean {
    return this.#pollView.getInt16(index * POLLFD_BYTES + 6, true) !== 0;
  }

  #setTimeout(waitNs: bigint): void {
    this.#timeoutView.setBigInt64(0, waitNs / NS_PER_SECOND, true);
    this.#timeoutView.setBigInt64(8, waitNs % NS_PER_SECOND, true);
  }

  /** Until the nearest deadline, if there is one. */
  #leftNs(): bigint | undefined {
    const [first, ...others] = this.#sleepers;
    if (!first) return undefined;
    const nearestNs = others.reduce(
      (min, { deadlineNs }) => (deadlineNs < min ? deadlineNs : min),
      first.deadlineNs,
    );
    const leftNs = nearestNs - this.nowNs();
    return leftNs > 0n ? leftNs : 0n;
  }
}
