import type { FrameFormat } from '../base/frame-format.ts';
import type { ServiceManager } from '../base/service-manager.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../status/logger.ts';
import { logRefusal } from '../status/refusal.ts';
import { changedSections, type Plan, type Reach } from './plan.ts';
import type { Plans } from './plans.ts';
import type { ReloadableSettings } from './reloadable-settings.ts';
import type { Interruption } from './stream.ts';

const DONE: Readonly<Record<Exclude<Reach, 'nothing'>, string>> = {
  reporting: 'in force now, nothing restarts',
  frames: 'the frames are read with the new ones, an open video goes on',
  outputs: 'what is another output is closed or opened, an open video goes on',
  encoder: 'another ffmpeg takes over between two frames, an open video goes on',
  session: 'an open video is closed, and opened again with the new ones',
};

interface ReloadParts {
  readonly settings: Pick<ReloadableSettings, 'again'>;
  readonly log: Logger;
  readonly manager: ServiceManager;
  readonly plans: Plans;
  /** Asks ffmpeg for the size of a frame; rejects with a `ConfigError` or an `EncoderError`. */
  readonly probe: (config: Config) => Promise<FrameFormat>;
  readonly stop: AbortSignal;
  /** Settings were found good, and differ: their secrets are to be known, and their log level is in force at once. */
  readonly onGood: (config: Config) => void;
  /** The plan is in force, of which only the log level or the report interval has changed. */
  readonly onReporting: (plan: Plan) => void;
  /** The plan is in force; the mover stands still meanwhile. */
  readonly onTakenOver: (plan: Plan) => Promise<void>;
}

/** Reads settings again while the service runs, and sees to it that a change restarts only what it concerns. */
export class Reload implements Interruption {
  #last: Promise<void> = Promise.resolve();
  #isReading = false;

  constructor(private readonly parts: ReloadParts) {}

  get changed(): AbortSignal {
    return this.parts.plans.changed;
  }

  get endsSession(): AbortSignal {
    return this.parts.plans.endsSession;
  }

  /** The plan in force. */
  get current(): Plan {
    return this.parts.plans.current;
  }

  /** Reads the settings again, one time after the other. Resolves when they are in force, wait, or were refused. */
  request(): Promise<void> {
    this.#last = this.#last.then(() => this.#readAgain());
    return this.#last;
  }

  async takeOver(): Promise<Reach> {
    const taken = this.parts.plans.takeOver();
    if (!taken) return 'nothing';
    await this.parts.onTakenOver(taken.plan);
    this.#tellReady();
    return taken.reach;
  }

  async #readAgain(): Promise<void> {
    const { manager, plans } = this.parts;
    if (this.parts.stop.aborted) return;
    manager.reloading();
    this.#isReading = true;
    const before = plans.newest.config;
    const plan = await this.#good();
    const reach = plan ? plans.offer(plan) : 'nothing';
    if (plan) this.#tell(reach, changedSections(before, plan.config));
    if (plan && reach !== 'nothing') this.parts.onGood(plan.config);
    if (plan && plans.current === plan) this.parts.onReporting(plan);
    this.#isReading = false;
    this.#tellReady();
  }

  /** Once nothing is being read, and no plan waits: `takeOver` says it then. Whoever stops is ready no more. */
  #tellReady(): void {
    const { manager, plans, stop } = this.parts;
    if (!this.#isReading && plans.newest === plans.current && !stop.aborted) manager.ready();
  }

  #tell(reach: Reach, sections: readonly string[]): void {
    const { log } = this.parts;
    if (reach === 'nothing') log.info('settings read again: nothing has changed');
    else log.info(`settings read again (${sections.join(', ')} changed): ${DONE[reach]}`);
  }

  /** @returns the plan with the settings as they are now; undefined where they are not good, or it is to stop */
  async #good(): Promise<Plan | undefined> {
    const { settings, log, probe, stop, plans } = this.parts;
    try {
      const { config, warnings } = settings.again();
      for (const warning of warnings) log.warn(warning);
      const { newest } = plans;
      const isSameFrame =
        Bun.deepEquals(config.format, newest.config.format) &&
        config.encoder.ffmpeg === newest.config.encoder.ffmpeg;
      return { config, format: isSameFrame ? newest.format : await probe(config) };
    } catch (error) {
      if (stop.aborted) return undefined;
      logRefusal(error, log);
      log.error('the settings that were read again are not good: those from before stay in force');
      return undefined;
    }
  }
}
