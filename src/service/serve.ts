import type { Config } from '../config/config.ts';
import { redactor } from '../config/redact.ts';
import type { Parsed } from '../config/parse-config.ts';
import type { Logger } from '../status/logger.ts';
import { logRefusal } from '../status/refusal.ts';
import { redactingManager, type ServiceManager } from '../base/service-manager.ts';
import { prepareRun, run, type RunPlan } from '../cli/run.ts';
import type { ReloadableSettings } from './reloadable-settings.ts';

interface ServeParts {
  readonly settings: ReloadableSettings;
  /** Makes a logger for these settings that takes secrets out by `redact`. */
  readonly createLog: (config: Config, redactText: (text: string) => string) => Logger;
  readonly manager: ServiceManager;
  readonly version: string;
  /** Where the code of the frame thread is. */
  readonly frameThreadUrl: string;
  /** In order: the frame finished, the stream closed. */
  readonly stop: AbortSignal;
  /** At once: ffmpeg is killed. */
  readonly kill: AbortSignal;
  /** Calls back whenever the settings are to be read again. */
  readonly onReload: (reload: () => void) => void;
}

interface Stage {
  readonly plan: RunPlan;
  readonly log: Logger;
  readonly manager: ServiceManager;
}

/**
 * The service with its settings, until it is told to stop: runs with them, and anew with others once these have been read
 * again and found good. Rejects with a `ConfigError` if the first ones are not.
 */
export async function serve(parts: ServeParts): Promise<void> {
  const { manager, stop } = parts;
  const first = await prepare(parts, parts.settings.first());
  if (!first) return;
  let stage = first;
  let next: Stage | undefined;
  let changed = new AbortController();
  const readAgain = async () => {
    manager.reloading();
    const found = await reload(parts, next ?? stage);
    next = found === stage ? undefined : found;
    if (next) changed.abort();
    else manager.ready();
  };
  let reloading: Promise<void> = Promise.resolve();
  parts.onReload(() => {
    reloading = reloading.then(readAgain);
  });
  const onStop = () => {
    manager.stopping();
    stage.log.info('stopping: finishing the frame, closing the stream');
  };
  stop.addEventListener('abort', onStop, { once: true });
  for (;;) {
    const { plan, log } = stage;
    await run(plan, log, { ...parts, manager: stage.manager, stop: AbortSignal.any([stop, changed.signal]) });
    if (stop.aborted || !next) break;
    // Closing a stream takes seconds in which nobody else tells of progress.
    manager.alive();
    stage = next;
    next = undefined;
    changed = new AbortController();
  }
  stage.log.info('stopped');
}

/** @returns nothing where we were told to stop before ffmpeg had said what it thinks of the settings */
async function prepare(parts: ServeParts, { config, warnings }: Parsed<Config>): Promise<Stage | undefined> {
  const redactText = redactor(config.source.redis.password, config.output.destination);
  const log = parts.createLog(config, redactText);
  for (const warning of warnings) log.warn(warning);
  const manager = redactingManager(parts.manager, redactText);
  try {
    return { plan: await prepareRun(config, parts.stop), log, manager };
  } catch (error) {
    if (!parts.stop.aborted) throw error;
    log.info('stopped while ffmpeg was asked about the settings');
    return undefined;
  }
}

/** @returns what to go on with: the stage that is, where the settings are the same or at fault */
async function reload(parts: ServeParts, current: Stage): Promise<Stage> {
  try {
    const parsed = parts.settings.again();
    if (Bun.deepEquals(parsed.config, current.plan.config)) {
      current.log.info('settings read again: nothing has changed');
      return current;
    }
    const next = await prepare(parts, parsed);
    if (!next) return current;
    current.log.info('settings read again: the stream starts anew with the changed ones');
    return next;
  } catch (error) {
    logRefusal(error, current.log);
    current.log.error('the settings that were read again are not good: those from before stay in force');
    return current;
  }
}
