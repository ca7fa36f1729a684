import { NO_AGES } from '../../src/base/counts.ts';
import type { Event } from '../../src/base/event.ts';
import type { LevelsReport } from '../../src/base/levels-report.ts';
import type { LinkFigures, OutputCounts, OutputState } from '../../src/base/output-state.ts';
import type { SessionState } from '../../src/base/session-state.ts';
import { OperatorLog } from '../../src/status/operator-log.ts';
import { NOTHING_COUNTED } from '../../src/status/snapshot.ts';
import type { StatusSettings } from '../../src/status/status-settings.ts';
import { FakeClock } from './fake-clock.ts';
import { LogDouble } from './log-double.ts';

/** The one of the settings. */
export const DESTINATION = 'srt://video:9000';

/** What the messages name in the tests. */
export const SETTINGS: StatusSettings = {
  redis: 'Redis at box:6379',
  stream: 'imagestream',
  key: 'pixels',
  format: { pixelFormat: 'gray16be', widthPx: 1_920, heightPx: 1_080, sizeBytes: 4_147_200 },
  isFullRange: true,
  destinations: [DESTINATION],
  idleTimeoutMs: 5_000,
  frameRate: { numerator: 24n, denominator: 1n },
  method: 'scale',
  preset: 'medium',
  maxBitrateBps: undefined,
  reportIntervalMs: 60_000,
};

/** What a mover tells of 12-bit samples in 16 bits, which are nearly black there. */
export const DARK: LevelsReport = {
  maxSample: 65_535,
  window: { low: 0, high: 65_535 },
  seen: { low: 310, high: 3_970 },
  histogram: Array.from({ length: 256 }, (_, bin) => (bin < 16 ? 2_000 : 0)),
  clipped: { low: 0, high: 0 },
  roughness: { asRead: 0.1, swapped: 0.9 },
};

/** What an output counts that has done nothing yet. */
export const NO_COUNTS: OutputCounts = {
  sentBytes: 0,
  sentPictures: 0,
  skipped: { away: 0, slow: 0, broken: 0, standby: 0 },
  attempts: 0,
  viewers: 0,
};

/** A link that is well, in its first second. */
export const GOOD_LINK: LinkFigures = {
  rttMs: 31,
  sentPackets: 290,
  lostPackets: 0,
  resentPackets: 0,
  droppedPackets: 0,
  bufferMs: 42,
  bufferBytes: 15_750,
  latencyMs: 120,
  handedBytes: 375_000,
  connectedMs: 1_000,
};

/** The event of each second, where nothing was counted. */
export const NO_FRAMES: Event = {
  kind: 'frames',
  counts: NOTHING_COUNTED.frames,
  source: NOTHING_COUNTED.source,
  ages: NO_AGES,
};

/** What the operator is told, on a clock that a test turns. */
export class OperatorStage {
  readonly log = new LogDouble();
  readonly clock = new FakeClock();
  readonly operator: OperatorLog;

  constructor(settings: Partial<StatusSettings> = {}) {
    this.operator = new OperatorLog(this.log, { ...SETTINGS, ...settings });
  }

  on(event: Event): void {
    this.operator.on(event, this.clock.nowNs());
  }

  state(state: SessionState): void {
    this.on({ kind: 'session', state });
  }

  fails(text: string): void {
    this.state({ kind: 'failed', failure: { code: 'link-refused', text }, retryMs: 500 });
  }

  /** What an output does; that of the settings, where none is named. */
  output(state: OutputState, output = DESTINATION): void {
    this.on({ kind: 'output-state', output, state });
  }

  /** An output cannot be opened, or has broken. */
  outputFails(text: string, output = DESTINATION): void {
    const failure = { code: 'link-no-answer', text } as const;
    this.output({ kind: 'failed', failure, retryMs: 500 }, output);
  }

  /** What the output of the settings counts. */
  figures(counts: Partial<OutputCounts>, link?: LinkFigures): void {
    const output = DESTINATION;
    const all = { ...NO_COUNTS, ...counts };
    this.on({ kind: 'output-figures', output, counts: all, ...(link && { link }) });
  }

  /** The video for the destination of the settings goes to this place. */
  goesTo(shown: string): void {
    this.on({ kind: 'output', output: DESTINATION, shown });
  }

  losesRedis(text: string): void {
    this.on({ kind: 'redis-lost', failure: { code: 'redis-closed', text } });
  }

  ffmpegSays(line: string): void {
    this.on({ kind: 'encoder-line', line });
  }
}

export const STREAMING = { kind: 'streaming' } as const;
export const CONNECTING = { kind: 'connecting' } as const;

/** A session that has begun, with an output of ours that is being opened. */
export function started(): OperatorStage {
  const stage = new OperatorStage();
  stage.state({ kind: 'starting' });
  stage.output(CONNECTING);
  return stage;
}

/** One whose output streams, of which nothing that was said is looked at. */
export function streaming(): OperatorStage {
  const stage = started();
  stage.state(STREAMING);
  stage.output({ kind: 'settling' });
  stage.output(STREAMING);
  stage.log.take();
  return stage;
}

/** What was said, but for those who look closely. */
export function said({ log }: OperatorStage): string[] {
  return log.take().filter((line) => !line.startsWith('debug: '));
}
