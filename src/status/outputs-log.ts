import type { OutputEvent } from '../base/event.ts';
import type { Logger } from './logger.ts';
import { OutputLog, type OutputNames } from './output-log.ts';

type StateEvent = Extract<OutputEvent, { kind: 'output-state' }>;
type TurnedAwayEvent = Extract<OutputEvent, { kind: 'viewer-turned-away' }>;
type FiguresEvent = Extract<OutputEvent, { kind: 'output-figures' }>;

/** One that was heard of, and how it was named last. */
interface HeardOutput {
  readonly log: OutputLog;
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
  encodes(untold: number): void {
    this.#isEncoding = true;
    this.#untold += untold;
    for (const output of this.#outputs.values()) this.#tellStreaming(output);
  }

  /** There is none for now. */
  pauses(): void {
    this.#isEncoding = false;
  }

  /** An output is in another state. @param shown how it is named */
  state({ output: name, state }: StateEvent, shown: string, nowNs: bigint): void {
    this.#areOurs = true;
    const output = { log: this.#outputs.get(name)?.log ?? new OutputLog(this.log), shown };
    this.#outputs.set(name, output);
    output.log.state(state, shown, nowNs);
    if (this.#isEncoding) this.#tellStreaming(output);
  }

  /** A viewer was not let in by an output. */
  turnedAway({ output: name, viewers }: TurnedAwayEvent, shown: string, nowNs: bigint): void {
    this.#outputs.get(name)?.log.turnedAway(viewers, shown, nowNs);
  }

  /** What an output counts, about once a second. */
  figures({ output: name, counts, link }: FiguresEvent, names: OutputNames, nowNs: bigint): void {
    this.#outputs.get(name)?.log.figures(counts, link, names, nowNs);
  }

  /** Says what was held back because there was too much of it. Call it about once a second. */
  flush(nowNs: bigint): void {
    for (const { log } of this.#outputs.values()) log.flush(nowNs);
  }

  #tellStreaming({ log, shown }: HeardOutput): void {
    if (!log.awaitsWord) return;
    log.tellStreaming(shown, this.#untold);
    this.#untold = 0;
  }
}
