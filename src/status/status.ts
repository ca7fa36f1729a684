import { NS_PER_MS, type Clock } from '../base/clock.ts';
import type { Event } from '../base/event.ts';
import { NS_PER_SECOND } from '../base/frame-rate.ts';
import type { ServiceManager } from '../base/service-manager.ts';
import type { SessionState } from '../base/session-state.ts';
import { heldUpInWords, HoldUp } from './hold-up.ts';
import { isReportOf } from './levels-watch.ts';
import type { Logger } from './logger.ts';
import { OperatorLog } from './operator-log.ts';
import { outputLines } from './output-report.ts';
import { isInUse, type OutputStatus } from './output-status.ts';
import { reportLine, totalsLine } from './report.ts';
import { SessionWatch } from './session-watch.ts';
import {
  extended,
  firstSnapshot,
  fold,
  intervalFrom,
  withDestinations,
  withoutLevels,
  type Interval,
  type Snapshot,
} from './snapshot.ts';
import { statusLine } from './status-line.ts';
import { areOtherFrames, type StatusSettings } from './status-settings.ts';
import { ticksGoOn } from './tick-progress.ts';

const FIRST_REPORT_MS = 10_000;
/** How often `systemctl status` gets new figures. */
const RECENT_NS = 5n * NS_PER_SECOND;
/** Figures of a shorter time say little. */
const SHORTEST_RECENT_NS = NS_PER_SECOND;
/** `frames` events come about once a second: what is due before the middle of the next second is due now. */
const EARLY_NS = NS_PER_SECOND / 2n;

interface StatusParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly manager: ServiceManager;
}

/**
 * Takes in everything that happens, and reports it: in the log, in `systemctl status`, and to the watchdog. It asks nobody
 * and has no timer: what is due now and then is done when a `frames` event comes.
 */
export class Status {
  readonly #operator: OperatorLog;
  readonly #watch: SessionWatch;
  #settings: StatusSettings;
  #snapshot: Snapshot;
  readonly #holdUp = new HoldUp();
  #report: Interval;
  #reportDueNs: bigint;
  /** Of a session that streams, from its first `frames` event on. */
  #recent: Interval | undefined;
  #hasToldNotCounted = false;

  constructor(
    private readonly parts: StatusParts,
    settings: StatusSettings,
  ) {
    const nowNs = parts.clock.nowNs();
    this.#settings = settings;
    this.#operator = new OperatorLog(parts.log, settings);
    this.#watch = new SessionWatch(settings, parts.log);
    this.#snapshot = firstSnapshot(nowNs);
    this.#report = intervalFrom(this.#snapshot);
    this.#reportDueNs = nowNs + firstReportNs(settings);
  }

  /** All that is known now. */
  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Other settings are in force from now on. */
  configure(settings: StatusSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    this.#operator.configure(settings);
    this.#watch.configure(settings);
    this.#snapshot = withDestinations(this.#snapshot, settings.destinations);
    if (areOtherFrames(before, settings)) this.#snapshot = withoutLevels(this.#snapshot);
    if (settings.redis !== before.redis) this.#hasToldNotCounted = false;
    if (settings.reportIntervalMs === before.reportIntervalMs) return;
    this.#reportDueNs = this.parts.clock.nowNs() + firstReportNs(settings);
  }

  /** Takes in what happened. Never throws. */
  on(event: Event): void {
    // It was under way while the format changed.
    if (event.kind === 'levels' && !isReportOf(event.levels, this.#settings.format.pixelFormat)) return;
    const before = this.#snapshot.session.state;
    this.#snapshot = fold(this.#snapshot, event, this.parts.clock.nowNs());
    this.#operator.on(event, this.#snapshot.atNs);
    if (event.kind === 'session') this.#onSession(before);
    if (event.kind === 'frames') this.#onFrames();
    if (event.kind === 'output-state') this.#onOutput();
  }

  /** Says what became of every frame and picture, for whoever looks closely. Call it once all outputs are closed, and tell nothing after it. */
  close(): void {
    this.#writeTotals(this.#snapshot.outputs);
  }

  /** What was counted in another session says nothing about this one. */
  #onSession(before: SessionState): void {
    const { session, atNs } = this.#snapshot;
    const goesOn = [before.kind, session.state.kind].includes('restarting') && isOpen(session.state);
    this.#recent = undefined;
    if (goesOn) this.#watch.encoderRestarted(atNs);
    else this.#watch.restart();
    this.#tellManager();
  }

  /** What an output does is told of while there is video for it. */
  #onOutput(): void {
    if (this.#snapshot.session.state.kind === 'streaming') this.#tellManager();
  }

  #onFrames(): void {
    const now = this.#snapshot;
    this.#watch.flush(now.atNs);
    this.#lookForHoldUp();
    if (ticksGoOn(now, this.#settings.frameRate)) this.parts.manager.alive();
    this.#report = extended(this.#report, now);
    if (now.session.state.kind === 'streaming') {
      this.#tellRecent();
      this.#watch.look(now);
    }
    if (now.atNs + EARLY_NS >= this.#reportDueNs) this.#writeReport();
  }

  #lookForHoldUp(): void {
    const { atNs } = this.#snapshot;
    const seconds = this.#holdUp.look(atNs);
    if (seconds === undefined) return;
    this.parts.log.warn(heldUpInWords(seconds));
    this.#watch.heldUp(atNs);
  }

  #tellRecent(): void {
    const now = this.#snapshot;
    this.#recent = this.#recent ? extended(this.#recent, now) : intervalFrom(now);
    if (now.atNs + EARLY_NS - this.#recent.before.atNs < RECENT_NS) return;
    this.#tellManager();
    this.#recent = intervalFrom(now);
  }

  #tellManager(): void {
    const { atNs } = this.#snapshot;
    const recent = this.#recent && atNs - this.#recent.before.atNs >= SHORTEST_RECENT_NS;
    this.parts.manager.status(statusLine(this.#snapshot, this.#settings, recent ? this.#recent : undefined));
  }

  #writeReport(): void {
    const { log } = this.parts;
    const now = this.#snapshot;
    if (now.source.kind === 'not-counted') this.#tellNotCounted(now.source.reason);
    log.info(reportLine(this.#report, now, this.#settings));
    this.#writeTotals(now.outputs.filter(isInUse));
    this.#report = intervalFrom(now);
    const intervalNs = toNs(this.#settings.reportIntervalMs);
    const nextNs = this.#reportDueNs + intervalNs;
    // After a standstill the reports that were missed are not made up.
    this.#reportDueNs = nextNs > now.atNs + EARLY_NS ? nextNs : now.atNs + intervalNs;
  }

  #writeTotals(outputs: readonly OutputStatus[]): void {
    const { log } = this.parts;
    log.debug(totalsLine(this.#snapshot));
    for (const line of outputLines(outputs)) log.debug(line);
  }

  #tellNotCounted(reason: string): void {
    if (this.#hasToldNotCounted) return;
    this.#hasToldNotCounted = true;
    this.parts.log.info(
      `what the source adds is not counted, so frames that are passed over in Redis are in no figure: ${reason}`,
    );
  }
}

/** The session goes on, with this ffmpeg or the next one. */
function isOpen({ kind }: SessionState): boolean {
  return kind === 'streaming' || kind === 'restarting';
}

function firstReportNs({ reportIntervalMs }: StatusSettings): bigint {
  return toNs(Math.min(FIRST_REPORT_MS, reportIntervalMs));
}

function toNs(durationMs: number): bigint {
  return BigInt(Math.round(durationMs)) * NS_PER_MS;
}
