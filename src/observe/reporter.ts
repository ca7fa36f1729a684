import type { Config } from '../config/config.ts';
import { NS_PER_MS, sleepMs, type Clock } from '../pacing/clock.ts';
import { framesPerSecond } from '../pacing/frame-rate.ts';
import type { CensusTotals } from '../source/source-census.ts';
import { KeepUpMonitor, tooSlowInWords } from './keep-up.ts';
import type { Logger } from './logger.ts';
import { countsBetween, reportLine } from './report.ts';
import type { Stats } from './stats.ts';

const FIRST_REPORT_MS = 10_000;
const WATCH_PERIOD_MS = 1_000;

interface ReporterParts {
  readonly config: Pick<Config, 'frameRate' | 'preset' | 'statsIntervalMs'>;
  readonly clock: Clock;
  readonly stats: Stats;
  readonly log: Logger;
  /** The word for what the service does now. */
  readonly stateInWords: () => string;
  /** Asks Redis what was added and passed over since the start. */
  readonly askCensus: () => Promise<CensusTotals>;
}

/** Writes one report line an interval, the first after 10 s, until `signal` aborts. */
export async function runReporter(parts: ReporterParts, signal: AbortSignal): Promise<void> {
  const { clock, config, stats, log } = parts;
  let before = stats.counts;
  let beforeNs = clock.nowNs();
  let sourceBefore = await parts.askCensus();
  await sleepMs(clock, Math.min(FIRST_REPORT_MS, config.statsIntervalMs), signal);
  while (!signal.aborted) {
    const source = await parts.askCensus();
    const counts = stats.counts;
    const nowNs = clock.nowNs();
    log.info(
      reportLine({
        seconds: Number((nowNs - beforeNs) / NS_PER_MS) / 1000,
        framesPerSecond: framesPerSecond(config.frameRate),
        state: parts.stateInWords(),
        counts: countsBetween(before, counts),
        ages: stats.takeAges(),
        source: {
          entriesAdded: source.entriesAdded - sourceBefore.entriesAdded,
          passedOver: source.passedOver - sourceBefore.passedOver,
        },
      }),
    );
    before = counts;
    sourceBefore = source;
    beforeNs = nowNs;
    await sleepMs(clock, config.statsIntervalMs, signal);
  }
}

/** Warns when ffmpeg does not keep up, and lets held back messages out, once a second until `signal` aborts. */
export async function runWatch(
  parts: Pick<ReporterParts, 'config' | 'clock' | 'stats' | 'log'> & {
    readonly isStreaming: () => boolean;
    readonly flush: () => void;
  },
  signal: AbortSignal,
): Promise<void> {
  const { config, clock, stats, log } = parts;
  const monitor = new KeepUpMonitor(config.frameRate);
  while (!signal.aborted) {
    await sleepMs(clock, WATCH_PERIOD_MS, signal);
    parts.flush();
    if (!parts.isStreaming()) {
      monitor.restart();
      continue;
    }
    const slowFps = monitor.sample(stats.counts.output, clock.nowNs());
    if (slowFps !== undefined) log.warn(tooSlowInWords(slowFps, config.frameRate, config.preset));
  }
}
