import type { Clock } from '../base/clock.ts';
import type { Emit } from '../base/event.ts';
import type { Config, Destination, OutputSettings, RecordSettings } from '../config/config.ts';
import { canBeLeftToFfmpeg, reasonToStandAlone } from '../config/destinations.ts';
import { SilentTrack } from '../mpegts/silent-track.ts';
import { Timeline } from '../mpegts/timeline.ts';
import { Hub } from '../outputs/hub.ts';
import { OutputAccount } from '../outputs/output-account.ts';
import type { Output } from '../outputs/output.ts';
import { RecordingOutput } from '../outputs/recorder/recording-output.ts';
import type { VideoHub } from './encoder-run.ts';
import { LibsrtFinder } from './libsrt-finder.ts';
import { outputTo } from './output-to.ts';
import { Recordings } from './recordings.ts';

/** What carries the video of one session after the other. */
export interface Outputs {
  /** Whether the video of a session that begins now comes to us; otherwise ffmpeg opens the one destination itself. */
  begin(output: OutputSettings): boolean;
  /** The same as it was said when a session last began with these, whatever has been installed since. */
  areOurs(output: OutputSettings): boolean;
  /** The warning where a library is not there that these need; undefined elsewhere. */
  lackInWords(output: OutputSettings): string | undefined;
  /** These are in force from now on. While a session is open, what is another output is closed and opened; the others go on. */
  configure(config: OutputsConfig): void;
  /** Opens what is in force for one session; whoever calls closes it. */
  open(): VideoHub;
}

/** What of the settings the outputs need. */
export type OutputsConfig = Pick<Config, 'source' | 'output'>;

interface OutputsParts {
  readonly clock: Clock;
  readonly emit: Emit;
  /** Spreads the waits. */
  readonly random: () => number;
}

/** More outputs than this are not remembered: several times what can be in use at once. */
const MOST_ACCOUNTS = 32;

/** The outputs of a service: time in their streams, and what they have counted, goes on from session to session. */
export function createOutputs(parts: OutputsParts, libsrt = new LibsrtFinder()): Outputs {
  return new ServiceOutputs(parts, libsrt);
}

/** What one output is made by: where these are the same, the output goes on. */
type Made =
  | { readonly kind: 'destination'; readonly name: string; readonly destination: Destination }
  | {
      readonly kind: 'recorder';
      readonly name: string;
      readonly record: RecordSettings;
      readonly instance: string;
    };

interface InUse {
  readonly made: Made;
  readonly output: Output;
}

class ServiceOutputs implements Outputs {
  readonly #timeline = new Timeline();
  readonly #silence = new SilentTrack();
  readonly #recordings: Recordings;
  /** By name. */
  readonly #accounts = new Map<string, OutputAccount>();
  #config: OutputsConfig | undefined;
  /** What the session that began last has begun with. */
  #begun: { readonly output: OutputSettings; readonly areOurs: boolean } | undefined;
  /** Of the session that is open. */
  #inUse: readonly InUse[] = [];
  #hub: Hub | undefined;

  constructor(
    private readonly parts: OutputsParts,
    private readonly libsrt: LibsrtFinder,
  ) {
    this.#recordings = new Recordings(parts.emit);
  }

  begin(output: OutputSettings): boolean {
    const areOurs = this.#canBeOurs(output);
    this.#begun = { output, areOurs };
    return areOurs;
  }

  areOurs(output: OutputSettings): boolean {
    const begun = this.#begun;
    return begun && Bun.deepEquals(begun.output, output) ? begun.areOurs : this.#canBeOurs(output);
  }

  #canBeOurs(output: OutputSettings): boolean {
    const { destinations } = output;
    if (!destinations.every(isOfOurKind)) return false;
    return !canBeLeftToFfmpeg(output) || !destinations.some(isSrt) || this.libsrt.find().kind === 'loaded';
  }

  lackInWords(output: OutputSettings): string | undefined {
    if (!output.destinations.some((destination) => isOfOurKind(destination) && isSrt(destination)))
      return undefined;
    const library = this.libsrt.find();
    if (library.kind === 'loaded') return undefined;
    return this.areOurs(output)
      ? `${library.reason}; until then nothing is sent by SRT`
      : `${library.reason}; until then ffmpeg sends the video itself, and each ffmpeg has a connection of its own`;
  }

  configure(config: OutputsConfig): void {
    this.#config = config;
    this.#recordings.configure(config);
    if (!this.#hub || this.#hub.isClosed) return;
    this.#inUse = this.#outputsFor(config);
    this.#hub.change(this.#inUse.map(({ output }) => output));
  }

  open(): VideoHub {
    if (!this.#config) throw new Error('the outputs have no settings yet');
    const { clock, emit } = this.parts;
    this.#inUse = [];
    this.#inUse = this.#outputsFor(this.#config);
    const silence = this.#config.output.audio === 'silent' ? this.#silence : undefined;
    return (this.#hub = new Hub(
      { clock, emit, timeline: this.#timeline, silence },
      this.#inUse.map(({ output }) => output),
    ));
  }

  /** Those that are in use already, where they are to be as they are; new ones for the rest. */
  #outputsFor(config: OutputsConfig): readonly InUse[] {
    return madeBy(config).map((made) => {
      const account = this.#accountOf(made.name);
      const inUse = this.#inUse.find((other) => Bun.deepEquals(other.made, made));
      return inUse ?? { made, output: this.#create(made, account) };
    });
  }

  #create(made: Made, account: OutputAccount): Output {
    const { name } = made;
    if (made.kind === 'destination') {
      return outputTo(made.destination, { ...this.parts, name, account, libsrt: this.libsrt });
    }
    const { when, segmentMs, quotaBytes } = made.record;
    return new RecordingOutput({
      ...this.parts,
      name,
      account,
      folder: this.#recordings.folder,
      when,
      segmentMs,
      ...(quotaBytes !== undefined && { quotaBytes }),
      others: () => this.#reaches(),
      wallMs: Date.now,
    });
  }

  /** One that comes back goes on with its account, unless so many others were there since. */
  #accountOf(name: string): OutputAccount {
    const account = this.#accounts.get(name) ?? new OutputAccount();
    this.#accounts.delete(name);
    this.#accounts.set(name, account);
    const [oldest] = this.#accounts.keys();
    if (this.#accounts.size > MOST_ACCOUNTS && oldest !== undefined) this.#accounts.delete(oldest);
    return account;
  }

  /** Of all but the recorder. */
  #reaches() {
    return this.#inUse.flatMap(({ made, output }) => (made.kind === 'recorder' ? [] : [output.reach]));
  }
}

function madeBy({ source, output }: OutputsConfig): readonly Made[] {
  const { destinations, record } = output;
  const made = destinations.map((destination): Made => ({
    kind: 'destination',
    name: destination.display,
    destination,
  }));
  return record
    ? [...made, { kind: 'recorder', name: record.folder, record, instance: source.stream }]
    : made;
}

/** Whether this program can write it, given what it needs. */
function isOfOurKind(destination: Destination): boolean {
  return reasonToStandAlone(destination) === undefined;
}

function isSrt({ kind }: Destination): boolean {
  return kind === 'srt';
}
