import type { SourceCounts } from '../../src/base/counts.ts';
import type { LevelsReport } from '../../src/base/levels-report.ts';
import type { OutputState } from '../../src/base/output-state.ts';
import { noServiceManager } from '../../src/base/service-manager.ts';
import type { SessionState } from '../../src/base/session-state.ts';
import { NOTHING_COUNTED } from '../../src/status/snapshot.ts';
import { Status } from '../../src/status/status.ts';
import type { StatusSettings } from '../../src/status/status-settings.ts';
import { FakeClock } from './fake-clock.ts';
import { LogDouble } from './log-double.ts';
import { DESTINATION, SETTINGS } from './operator-log.ts';

/** A mover that tells of its frames once a second, and takes `outputFps` of the 24 a second that are due. */
export class StatusStage {
  readonly clock = new FakeClock();
  readonly log = new LogDouble();
  /** What the service manager was told. */
  readonly told: string[] = [];
  aliveCount = 0;
  source: SourceCounts = { kind: 'counted', entries: 0, passedOver: 0 };
  outputFps = 24;
  sourceFps = 24;
  /** What the mover tells of the levels, where it does. */
  levels: LevelsReport | undefined;
  readonly status: Status;
  readonly #settings: StatusSettings;
  #output = 0;
  #read = 0;

  constructor(settings: Partial<StatusSettings> = {}) {
    this.#settings = { ...SETTINGS, idleTimeoutMs: 0, ...settings };
    const manager = {
      ...noServiceManager,
      status: (text: string) => void this.told.push(text),
      alive: () => void (this.aliveCount += 1),
    };
    this.status = new Status({ clock: this.clock, log: this.log, manager }, this.#settings);
  }

  state(state: SessionState): void {
    this.status.on({ kind: 'session', state });
  }

  /** What an output does; that of the settings, where none is named. */
  output(state: OutputState, output = DESTINATION): void {
    this.status.on({ kind: 'output-state', output, state });
  }

  configure(changes: Partial<StatusSettings>): void {
    this.status.configure({ ...this.#settings, ...changes });
  }

  /** Lets so many seconds pass. */
  async run(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) await this.second(1_000);
  }

  /** Lets about a second pass, and tells what was counted in it. */
  async second(durationMs: number): Promise<void> {
    await this.clock.advanceMs(durationMs);
    this.#output += (this.outputFps * durationMs) / 1_000;
    this.#read += (this.sourceFps * durationMs) / 1_000;
    if (this.levels) this.status.on({ kind: 'levels', levels: this.levels });
    const counts = { output: Math.floor(this.#output), read: Math.floor(this.#read) };
    this.status.on({
      kind: 'frames',
      counts: { ...NOTHING_COUNTED.frames, ...counts },
      ages: { count: 1, sumMs: 10, maxMs: 10 },
      source: this.source,
    });
  }

  /** Another mover takes over, and counts from 0. */
  beginAgain(source: SourceCounts): void {
    this.#output = 0;
    this.#read = 0;
    this.source = source;
  }

  /** What was said so far is not looked at. */
  forgetting(): this {
    this.log.take();
    this.told.length = 0;
    return this;
  }

  /** Each warning so far. */
  get warnings(): string[] {
    return this.log.lines.filter((line) => line.startsWith('warn'));
  }

  /** What was said at info since this was last asked. */
  infos(): string[] {
    return this.log.take().filter((line) => line.startsWith('info'));
  }
}
