import { Backoff } from '../base/backoff.ts';
import { sleepMs, systemClock, type Clock } from '../base/clock.ts';
import type { Emit } from '../base/event.ts';
import { redactingManager, type ServiceManager } from '../base/service-manager.ts';
import { framesPerSecond } from '../base/frame-rate.ts';
import { GOOD_SESSION_MS } from '../base/session-state.ts';
import type { Config, LogLevel } from '../config/config.ts';
import { probeFrameFormat } from '../encoder/frame-format-probe.ts';
import { TICKS_PER_SECOND } from '../mpegts/packet.ts';
import { startMover, type Mover } from '../mover/mover.ts';
import type { MoverSettings } from '../mover/protocol.ts';
import { giveBackStartCode } from '../os/start-code.ts';
import { redisName } from '../redis/redis-name.ts';
import type { LeveledLogger } from '../status/logger.ts';
import { Status } from '../status/status.ts';
import type { StatusSettings } from '../status/status-settings.ts';
import { oddSizeInWords, planInWords, unmarkedInWords, type Plan } from './plan.ts';
import { Plans } from './plans.ts';
import { Redaction } from './redaction.ts';
import { Reload } from './reload.ts';
import type { ReloadableSettings } from './reloadable-settings.ts';
import { runSession, type SessionParts } from './session.ts';
import { createOutputs, type Outputs } from './outputs.ts';
import { startFfmpeg } from './start-ffmpeg.ts';

/** Waiting times before ffmpeg is started again. */
const FIRST_RESTART_MS = 500;
const LONGEST_RESTART_MS = 30_000;
/**
 * Where ffmpeg writes to SRT itself: libsrt takes a peer that is silent for 5 s for gone (SRTO_PEERIDLETIMEO, its default),
 * and ffmpeg ends at its next write after that; what was under way when the peer went is in the rest.
 */
const SRT_SILENCE_MS = 5_500;

/**
 * By then the code that runs for each frame is compiled, and what else it took to start is not needed any more: a session that begins
 * later needs a part of it again.
 */
const STARTED_MS = 45_000;

/** What the service gets from the process that it runs in. */
export interface ServeParts {
  readonly settings: Pick<ReloadableSettings, 'first' | 'again'>;
  /** Makes a log that takes secrets out by `redact`. */
  readonly createLog: (level: LogLevel, redact: (text: string) => string) => LeveledLogger;
  readonly manager: ServiceManager;
  readonly version: string;
  /** Where the code of the mover's thread is. */
  readonly frameThreadUrl: string;
  /** In order: the frame finished, the video closed. */
  readonly stop: AbortSignal;
  /** At once: ffmpeg is killed. */
  readonly kill: AbortSignal;
  /** Calls back whenever the settings are to be read again. */
  readonly onReload: (reload: () => void) => void;
}

/** Makes what the service is put together of; a test has others. */
export interface Makers {
  readonly clock: Clock;
  readonly probeFrameFormat: typeof probeFrameFormat;
  readonly startMover: typeof startMover;
  readonly startFfmpeg: typeof startFfmpeg;
  readonly createOutputs: typeof createOutputs;
  readonly giveBackStartCode: () => void;
  /** Spreads the waits. */
  readonly random: () => number;
}

const REAL: Makers = {
  clock: systemClock,
  probeFrameFormat,
  startMover,
  startFfmpeg,
  createOutputs,
  giveBackStartCode,
  random: Math.random,
};

/** What is there for as long as the service runs. */
interface Service extends ServeParts {
  readonly makers: Makers;
  readonly log: LeveledLogger;
  readonly redaction: Redaction;
}

/**
 * The service until `stop` aborts: waits for frames, runs one session after another, and takes over settings that are read
 * again. The composition root, which knows every part. Rejects with a `ConfigError` where the first settings are not good,
 * otherwise only for a fault of the program.
 */
export async function serve(parts: ServeParts, makers: Makers = REAL): Promise<void> {
  const { clock } = makers;
  const { config, warnings } = parts.settings.first();
  const redaction = new Redaction(config);
  const log = parts.createLog(config.log.level, redaction.redact);
  const manager = redactingManager(parts.manager, redaction.redact);
  const service: Service = { ...parts, makers, log, manager, redaction };
  for (const warning of warnings) log.warn(warning);
  const first = await firstPlan(service, config);
  if (!first) return;
  const status = new Status({ clock, log, manager }, statusSettings(first));
  await runSessions(service, first, status);
  status.close();
  log.info('stopped');
}

/** One session after another until the word to stop. What happens last, the mover tells before it is gone. */
async function runSessions(service: Service, first: Plan, status: Status): Promise<void> {
  const { makers, stop } = service;
  const { clock } = makers;
  const emit: Emit = (event) => status.on(event);
  await using mover = makers.startMover(service.frameThreadUrl, emit);
  const outputs = makers.createOutputs({ clock, emit, random: makers.random });
  const running: RunningService = { ...service, outputs, status, mover };
  const reload = await begin(running, first);
  const restart = new Backoff(FIRST_RESTART_MS, LONGEST_RESTART_MS, makers.random);
  while (!stop.aborted) {
    await reload.takeOver();
    emit({ kind: 'session', state: { kind: 'waiting' } });
    if (!(await hasFrame(mover, AbortSignal.any([stop, reload.changed])))) continue;
    const end = await runSession(sessionParts(running, reload, emit), stop);
    if (end.streamedMs >= GOOD_SESSION_MS) restart.reset();
    if (end.kind !== 'failed') continue;
    const retryMs = restart.nextMs();
    emit({ kind: 'session', state: { kind: 'failed', failure: end.failure, retryMs } });
    await sleepMs(clock, retryMs, AbortSignal.any([stop, reload.changed]));
    // Other settings may be the remedy: they are tried at once, and have failed at nothing yet.
    if (reload.changed.aborted) restart.reset();
  }
}

/** By the settings that are in force as it begins; an ffmpeg that takes over later has those that are in force then. */
function sessionParts(service: RunningService, reload: Reload, emit: Emit): SessionParts {
  const { makers, mover, outputs, kill } = service;
  const { pacing, output } = reload.current.config;
  const isOurs = outputs.begin(output);
  return {
    clock: makers.clock,
    mover,
    emit,
    random: makers.random,
    interruption: reload,
    startEncoder: (stdinFd, isWarmedUp) =>
      makers.startFfmpeg({ plan: reload.current, stdinFd, isOurs, isWarmedUp, emit, kill }),
    openHub: isOurs ? () => outputs.open() : undefined,
    periodTicks: TICKS_PER_SECOND / framesPerSecond(pacing.frameRate),
    linkSilenceMs: !isOurs && output.destinations.some(({ kind }) => kind === 'srt') ? SRT_SILENCE_MS : 0,
  };
}

/** @returns nothing where `stop` aborted before ffmpeg had checked the settings */
async function firstPlan({ makers, log, stop }: Service, config: Config): Promise<Plan | undefined> {
  try {
    return { config, format: await makers.probeFrameFormat(config.encoder.ffmpeg, config.format, stop) };
  } catch (error) {
    if (!stop.aborted) throw error;
    log.info('stopped while ffmpeg was asked about the settings');
    return undefined;
  }
}

/** What is there once the first settings are good. */
interface RunningService extends Service {
  readonly outputs: Outputs;
  readonly status: Status;
  readonly mover: Mover;
}

/** Sets everything going with the first plan, and listens for the word to reload and to stop. */
async function begin(service: RunningService, first: Plan): Promise<Reload> {
  const { makers, log, manager, redaction, stop, version, outputs, status, mover } = service;
  const onStop = () => {
    manager.stopping();
    log.info('stopping: finishing the frame, closing the stream');
  };
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop, { once: true });
  log.info(`cosmos-video-builder ${version}: ${planInWords(first)}`);
  warnOf(first, service);
  outputs.configure(first.config);
  await mover.configure(moverSettings(first));
  const reload = new Reload({
    ...service,
    plans: new Plans(first, (output) => outputs.areOurs(output)),
    probe: (config) => makers.probeFrameFormat(config.encoder.ffmpeg, config.format, stop),
    onGood: (config) => {
      redaction.learn(config);
      log.setLevel(config.log.level);
    },
    onReporting: (plan) => status.configure(statusSettings(plan)),
    onTakenOver: async (plan) => {
      log.info(`in force now: ${planInWords(plan)}`);
      warnOf(plan, service);
      status.configure(statusSettings(plan));
      outputs.configure(plan.config);
      await mover.configure(moverSettings(plan));
    },
  });
  service.onReload(() => void reload.request());
  void sleepMs(makers.clock, STARTED_MS, stop).then(() => stop.aborted || makers.giveBackStartCode());
  manager.ready();
  return reload;
}

function warnOf(plan: Plan, { log, outputs }: RunningService): void {
  for (const warning of [
    oddSizeInWords(plan.format),
    unmarkedInWords(plan),
    outputs.lackInWords(plan.config.output),
  ]) {
    if (warning !== undefined) log.warn(warning);
  }
}

function moverSettings({ config: { source, pacing, levels }, format }: Plan): MoverSettings {
  return { source, pacing, levels, format };
}

function statusSettings({ config, format }: Plan): StatusSettings {
  const { source, pacing, levels, encoder, output, report } = config;
  return {
    redis: redisName(source.redis),
    stream: source.stream,
    key: source.key,
    format,
    isFullRange: levels.window.kind === 'full',
    destinations: output.destinations.map(({ display }) => display),
    ...(output.record && { recorder: output.record.folder }),
    idleTimeoutMs: pacing.idle === 'hold' ? 0 : pacing.idleTimeoutMs,
    frameRate: pacing.frameRate,
    method: pacing.method,
    preset: encoder.preset,
    maxBitrateBps: encoder.maxBitrateBps,
    reportIntervalMs: report.intervalMs,
  };
}

/** Whether there is one before `cutOff` aborts. */
async function hasFrame(mover: Mover, cutOff: AbortSignal): Promise<boolean> {
  try {
    await mover.awaitFrame(cutOff);
    return true;
  } catch (error) {
    if (cutOff.aborted) return false;
    throw error;
  }
}
