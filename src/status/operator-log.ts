import { excessInWords } from '../base/entry-limits.ts';
import type { Event, MoverEvent } from '../base/event.ts';
import { NS_PER_SECOND } from '../base/frame-rate.ts';
import type { LevelsReport } from '../base/levels-report.ts';
import { formatStreamId, type WrongEntry } from '../base/stream-entry.ts';
import { levelsInWords, LevelsWatch } from './levels-watch.ts';
import { LimitedLog, warningLog } from './limited-log.ts';
import type { Logger } from './logger.ts';
import { SessionLog } from './session-log.ts';
import { areOtherFrames, type StatusSettings } from './status-settings.ts';

/** An outage has one or two reasons; of a server that makes up new ones no more are logged. */
const MOST_LOST_REASONS = 10;
/** An ffmpeg that is too slow makes the schedule start again every second or so, for as long as it is. */
const RESTARTS_PERIOD_NS = 60n * NS_PER_SECOND;

type WrongLogs = Readonly<Record<WrongEntry['kind'], LimitedLog>>;

/** Apart from each other, so that a fault that is new is logged at once. */
function wrongLogs(warn: (message: string) => void): WrongLogs {
  return {
    'wrong-size': warningLog(warn),
    'no-key': warningLog(warn),
    'too-many-fields': warningLog(warn),
    'too-much-beside': warningLog(warn),
  };
}

/** Puts what happens into words for the operator, each thing once. */
export class OperatorLog {
  readonly #session: SessionLog;
  #wrong: WrongLogs;
  #levels: LevelsWatch;
  readonly #streamRestarts: LimitedLog;
  readonly #restarts: LimitedLog;
  /** Said since Redis was last there, each once. */
  readonly #lostReasons = new Set<string>();
  readonly #losses: LimitedLog;
  #isLossTold = false;
  #hasConnected = false;

  constructor(
    private readonly log: Logger,
    private names: StatusSettings,
  ) {
    this.#session = new SessionLog(log, names);
    const warn = (message: string) => log.warn(message);
    this.#wrong = wrongLogs(warn);
    this.#levels = new LevelsWatch(names.isFullRange);
    this.#streamRestarts = warningLog(warn);
    this.#losses = warningLog((message) => {
      this.#isLossTold = true;
      log.error(message);
    }, MOST_LOST_REASONS);
    this.#restarts = new LimitedLog(1, warn, RESTARTS_PERIOD_NS);
  }

  /** Other settings are in force from now on: what fails with them is said again. */
  configure(names: StatusSettings): void {
    // Another Redis has told us nothing yet.
    if (names.redis !== this.names.redis) this.#hasConnected = false;
    this.#lostReasons.clear();
    const areOthers = areOtherFrames(this.names, names);
    // What was held back is about what was needed before.
    if (areOthers) this.#wrong = wrongLogs((message) => this.log.warn(message));
    if (areOthers || names.isFullRange !== this.names.isFullRange) {
      this.#levels = new LevelsWatch(names.isFullRange);
    }
    this.names = names;
    this.#session.configure(names);
  }

  /** Says what happened, where it is news. */
  on(event: Event, nowNs: bigint): void {
    switch (event.kind) {
      case 'session':
        return this.#session.state(event.state, nowNs);
      case 'output':
        return this.#session.output(event.output, event.shown);
      case 'output-state':
      case 'viewer-turned-away':
      case 'segments-recovered':
      case 'output-figures':
        return this.#session.onOutput(event, nowNs);
      case 'encoder-changed':
        return this.#session.encoder.changed();
      case 'encoder-not-changed':
        return this.#session.encoder.notChanged(event.failure, event.retryMs, nowNs);
      case 'encoder-line':
        return this.#session.ffmpegLine(event.line, nowNs);
      case 'redis-lost':
        return this.#redisLost(event.failure.text, nowNs);
      case 'redis-connected':
        return this.#redisConnected();
      case 'stream-started-over':
        return this.#streamStartedOver(nowNs);
      case 'wrong-entry':
        return this.#wrongEntry(event.entry, nowNs);
      case 'schedule-restarted':
        return this.#scheduleRestarted(event, nowNs);
      case 'levels':
        return this.#lookAtLevels(event.levels, nowNs);
      case 'frames':
        return this.#flush(nowNs);
      case 'encoder-progress':
        return;
    }
  }

  #redisLost(reason: string, nowNs: bigint): void {
    if (this.#lostReasons.has(reason) || this.#lostReasons.size === MOST_LOST_REASONS) return;
    this.#lostReasons.add(reason);
    this.#losses.log(`${reason}; trying again until it answers`, nowNs);
  }

  #redisConnected(): void {
    const { redis } = this.names;
    // As often as the loss was logged, so that the last line is how it is.
    if (!this.#hasConnected) this.log.info(`${redis}: connected`);
    else if (this.#isLossTold) this.log.info(`${redis}: connected again`);
    this.#hasConnected = true;
    this.#isLossTold = false;
    this.#lostReasons.clear();
  }

  #streamStartedOver(nowNs: bigint): void {
    this.#streamRestarts.log(
      `${this.names.stream} has started over (it is empty, or its ids are lower than before): going on with its newest frame`,
      nowNs,
    );
  }

  #wrongEntry(entry: WrongEntry, nowNs: bigint): void {
    const { fault, hint } = this.#wrongInWords(entry);
    const message = `frame ${formatStreamId(entry.id)} ${fault}: dropped; check ${hint}`;
    this.#wrong[entry.kind].log(message, nowNs);
  }

  #wrongInWords(entry: WrongEntry): { readonly fault: string; readonly hint: string } {
    const { key, format } = this.names;
    switch (entry.kind) {
      case 'no-key':
        return { fault: `has no field ${key}`, hint: 'COSMOS_VIDEO_KEY' };
      case 'wrong-size': {
        const needed = `${format.sizeBytes} bytes for ${format.widthPx}x${format.heightPx} ${format.pixelFormat}`;
        return {
          fault: `has ${entry.sizeBytes} bytes in ${key}, needed are ${needed}`,
          hint: 'COSMOS_VIDEO_RESOLUTION and COSMOS_VIDEO_FORMAT',
        };
      }
      case 'too-many-fields':
      case 'too-much-beside':
        return { fault: excessInWords(entry), hint: 'what writes into the stream' };
    }
  }

  #scheduleRestarted(
    { lagMs, skippedTicks }: Extract<MoverEvent, { kind: 'schedule-restarted' }>,
    nowNs: bigint,
  ): void {
    this.#restarts.log(
      `${lagMs.toFixed(0)} ms behind the schedule: ${skippedTicks} ticks are given up, the schedule starts again`,
      nowNs,
    );
  }

  #lookAtLevels(levels: LevelsReport, nowNs: bigint): void {
    const news = this.#levels.look(levels, nowNs);
    if (news) this.log.warn(levelsInWords(news, this.names.format.pixelFormat));
  }

  /**
   * Says what was held back because there was too much of it; it is called about once a second. Not how Redis comes and
   * goes: said late, it would no longer be so.
   */
  #flush(nowNs: bigint): void {
    this.#session.flush(nowNs);
    for (const limited of [...Object.values(this.#wrong), this.#streamRestarts, this.#restarts]) {
      limited.flush(nowNs);
    }
  }
}
