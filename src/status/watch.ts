import { mergeAges, NO_AGES, type Ages, type FrameCounts } from '../base/counts.ts';
import { NS_PER_MS, type Clock } from '../base/clock.ts';
import { framesPerSecond } from '../base/frame-rate.ts';
import type { ServiceState } from '../service/run-service.ts';
import type { FrameTransport, TransportReport } from '../mover/frame-transport.ts';
import type { EncoderCounts } from './encoder-stats.ts';
import { heldUpInWords, HoldUp } from './hold-up.ts';
import type { Logger } from './logger.ts';
import { reportLine, totalsLine, type Totals } from './report.ts';
import type { RecentFrames } from './status-line.ts';
import { StreamWatch, type StreamWishes } from './stream-watch.ts';
import { TickProgress } from './tick-progress.ts';

const FIRST_REPORT_MS = 10_000;
const LOOK_PERIOD_MS = 1_000;
/** How often `systemctl status` gets new figures. */
const RECENT_PERIOD_MS = 5_000;

interface WatchParts {
  readonly config: StreamWishes & { readonly reportIntervalMs: number };
  readonly clock: Clock;
  readonly log: Logger;
  /** What the service does now. */
  readonly state: () => ServiceState;
  /** Those who look after the frames; they give no report where they hang. */
  readonly transport: Pick<FrameTransport, 'report'>;
  readonly encoderCounts: () => EncoderCounts;
  /** Lets messages out that were held back. */
  readonly flush: () => void;
  /** Is called about once a second while frames, or the waiting for them, are being looked after. */
  readonly onProgress: () => void;
  /** Is told every few seconds what a stream is like. */
  readonly onRecent: (recent: RecentFrames) => void;
}

/** Looks at everything once a second until `signal` aborts: report lines, the first after 10 s, and what is not as it should be. */
export async function runWatch(parts: WatchParts, signal: AbortSignal): Promise<void> {
  const { clock, config } = parts;
  const watch = new Watch(parts);
  await watch.begin();
  let reportNs = clock.nowNs() + toNs(Math.min(FIRST_REPORT_MS, config.reportIntervalMs));
  for (;;) {
    const lookNs = clock.nowNs() + toNs(LOOK_PERIOD_MS);
    await clock.sleepUntil(lookNs < reportNs ? lookNs : reportNs, signal);
    if (signal.aborted) return;
    await watch.look();
    if (clock.nowNs() < reportNs) continue;
    await watch.writeReport();
    reportNs = clock.nowNs() + toNs(config.reportIntervalMs);
  }
}

function toNs(durationMs: number): bigint {
  return BigInt(Math.round(durationMs)) * NS_PER_MS;
}

class Watch {
  readonly #stream: StreamWatch;
  readonly #holdUp = new HoldUp();
  readonly #progress: TickProgress;
  #state: ServiceState | undefined;
  #recent: { readonly atNs: bigint; readonly counts: FrameCounts; readonly ages: Ages } | undefined;
  #ages: Ages = NO_AGES;
  #before: Totals | undefined;
  #beforeNs = 0n;
  #hasToldNotCounted = false;

  constructor(private readonly parts: WatchParts) {
    this.#stream = new StreamWatch(parts.config, parts.log);
    this.#progress = new TickProgress(parts.config.frameRate, parts.clock.nowNs());
  }

  async begin(): Promise<void> {
    this.#before = await this.#totals();
    this.#beforeNs = this.parts.clock.nowNs();
  }

  async look(): Promise<void> {
    const { clock } = this.parts;
    this.parts.flush();
    const report = await this.#ask();
    const nowNs = clock.nowNs();
    const state = this.parts.state();
    const isStreaming = state.kind === 'streaming';
    this.#stream.flush(nowNs);
    this.#lookForHoldUp(nowNs);
    // Another stream, also when there was none for less than the time between two looks.
    if (state !== this.#state) this.#stream.restart();
    this.#state = state;
    if (this.#progress.isMade(isStreaming, report.counts.output, nowNs)) this.parts.onProgress();
    if (!isStreaming) {
      this.#recent = undefined;
      return;
    }
    this.#tellRecent(report, nowNs);
    this.#stream.look(report, nowNs);
  }

  #lookForHoldUp(nowNs: bigint): void {
    const seconds = this.#holdUp.look(nowNs);
    if (seconds === undefined) return;
    this.parts.log.warn(heldUpInWords(seconds));
    this.#stream.heldUp(nowNs);
  }

  #tellRecent({ counts, ages }: TransportReport, nowNs: bigint): void {
    this.#recent ??= { atNs: nowNs, counts, ages: NO_AGES };
    const recent = { ...this.#recent, ages: mergeAges(this.#recent.ages, ages) };
    this.#recent = recent;
    if (nowNs - recent.atNs < toNs(RECENT_PERIOD_MS)) return;
    const seconds = Number((nowNs - recent.atNs) / NS_PER_MS) / 1000;
    this.parts.onRecent({ seconds, before: recent.counts, after: counts, ages: recent.ages });
    this.#recent = { atNs: nowNs, counts, ages: NO_AGES };
  }

  async writeReport(): Promise<void> {
    const { clock, config, log } = this.parts;
    const after = await this.#totals();
    const nowNs = clock.nowNs();
    if (this.#before) {
      const seconds = Number((nowNs - this.#beforeNs) / NS_PER_MS) / 1000;
      const rate = framesPerSecond(config.frameRate);
      const state = this.parts.state().kind;
      log.info(
        reportLine({ state, before: this.#before, after, seconds, framesPerSecond: rate, ages: this.#ages }),
      );
      log.debug(totalsLine(after));
    }
    this.#before = after;
    this.#beforeNs = nowNs;
    this.#ages = NO_AGES;
  }

  async #ask(): Promise<TransportReport> {
    const report = await this.parts.transport.report();
    this.#ages = mergeAges(this.#ages, report.ages);
    return report;
  }

  async #totals(): Promise<Totals> {
    const { counts, source } = await this.#ask();
    if (source.kind === 'not-counted') this.#tellNotCounted(source.reason);
    return { frames: counts, encoder: this.parts.encoderCounts(), source };
  }

  #tellNotCounted(reason: string): void {
    if (this.#hasToldNotCounted) return;
    this.#hasToldNotCounted = true;
    this.parts.log.info(
      `what the source adds is not counted, so frames that are passed over in Redis are in no figure: ${reason}`,
    );
  }
}
