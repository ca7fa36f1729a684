import type { OutputEvent } from '../base/event.ts';
import type { OutputState } from '../base/output-state.ts';
import type { Logger } from './logger.ts';
import { OutputLog, type OutputNames } from './output-log.ts';
import { RecorderLog } from './recorder-log.ts';

type StateEvent = Extract<OutputEvent, { kind: 'output-state' }>;
type TurnedAwayEvent = Extract<OutputEvent, { kind: 'viewer-turned-away' }>;
type FiguresEvent = Extract<OutputEvent, { kind: 'output-figures' }>;
type RecoveredEvent = Extract<OutputEvent, { kind: 'segments-recovered' }>;

/** What both kinds have in common. */
interface WordsOfOutput {
  readonly awaitsWord: boolean;
  begin(): boolean;
  configure(): void;
  state(state: OutputState, shown: string, nowNs: bigint): void;
  tellStreaming(shown: string, untold: number, nowNs: bigint): void;
  flush(nowNs: bigint): void;
}

/** One that was heard of, and how it was named last. */
interface HeardOutput {
  readonly log: WordsOfOutput;
  readonly shown: string;
}

/** Puts into words what becomes of the outputs that are ours, one of them apart from the other. */
export class OutputsLog {
  readonly #outputs = new Map<string, HeardOutput>();
  #areOurs = false;
  #isEncoding = false;
  #untold = 0;

  constructor(private readonly log: Logger) {}

  /** Whether this session has such outputs; else ffmpeg writes to the destination itself. */
  get areOurs(): boolean {
    return this.#areOurs;
  }

  /** A session begins, with outputs that are not heard of yet. */
  begin(): void {
    this.#areOurs = false;
    this.#isEncoding = false;
    for (const [name, { log }] of this.#outputs) if (!log.begin()) this.#outputs.delete(name);
  }

  /** Other settings are in force from now on: what fails with them is logged again. */
  configure(): void {
    for (const { log } of this.#outputs.values()) log.configure();
  }

  /** There is video for the outputs. @param untold attempts to begin a session that were not told of */
  encodes(untold: number, nowNs: bigint): void {
    this.#isEncoding = true;
    this.#untold += untold;
    for (const output of this.#outputs.values()) this.#tellStreaming(output, nowNs);
  }

  /** There is none for now. */
  pauses(): void {
    this.#isEncoding = false;
  }

  /** An output is in another state. */
  state({ output: name, state }: StateEvent, { shown, isRecorder }: OutputNames, nowNs: bigint): void {
    this.#areOurs = true;
    const log = this.#outputs.get(name)?.log ?? new (isRecorder ? RecorderLog : OutputLog)(this.log);
    const output = { log, shown };
    this.#outputs.set(name, output);
    log.state(state, shown, nowNs);
    if (this.#isEncoding) this.#tellStreaming(output, nowNs);
  }

  /** A viewer was not let in by an output. */
  turnedAway({ output: name, viewers }: TurnedAwayEvent, { shown }: OutputNames, nowNs: bigint): void {
    const log = this.#outputs.get(name)?.log;
    if (log instanceof OutputLog) log.turnedAway(viewers, shown, nowNs);
  }

  /** What an output counts, about once a second. */
  figures({ output: name, counts, link }: FiguresEvent, names: OutputNames, nowNs: bigint): void {
    const log = this.#outputs.get(name)?.log;
    if (log instanceof OutputLog) log.figures(counts, link, names, nowNs);
  }

  /** A recorder has finished what an earlier run had left. */
  recovered({ output: folder, segments }: RecoveredEvent): void {
    const what = segments === 1 ? '1 segment' : `${segments} segments`;
    this.log.info(`finished ${what} in ${folder} that an earlier run had left`);
  }

  /** Says what was held back because there was too much of it. Call it about once a second. */
  flush(nowNs: bigint): void {
    for (const { log } of this.#outputs.values()) log.flush(nowNs);
  }

  #tellStreaming({ log, shown }: HeardOutput, nowNs: bigint): void {
    if (!log.awaitsWord) return;
    log.tellStreaming(shown, this.#untold, nowNs);
    this.#untold = 0;
  }
}
