import { writeFileSync } from 'node:fs';
import { environment } from '../support/builder.ts';
import type { Quota } from './quota.ts';
import type { Removable, SettingsChange } from './settings-change.ts';

/** The settings of the start but for where things are; names without `COSMOS_VIDEO_`. */
const SETTINGS = {
  IDLE: 'hold',
  AUDIO: 'silent',
  BITRATE: '1.5M',
  KEYFRAME_INTERVAL: '2',
  SRT_LATENCY: '200',
  RECORD_SEGMENT: '2',
  RECORD_QUOTA: '8M',
  LOG_LEVEL: 'debug',
  STATS_INTERVAL: '1',
} as const;

/** Where the program reads from and writes to. */
export interface Places {
  readonly redisPort: number;
  /** Addresses, in the order in which they are given. */
  readonly destinations: Readonly<Record<'first link' | Removable, string>>;
  readonly recordings: string;
}

/** The file of settings that the program reads again, with what it has to know of its changes. */
export class SettingsFile {
  /** When settings were changed for the last time that concern an output, by its name in the log; Date.now(). */
  readonly changedMs = new Map<string, number>();
  /** How much the recordings may take, each from its time on. */
  readonly quotas: Quota[] = [];
  #change: SettingsChange | undefined;

  constructor(
    readonly path: string,
    private readonly places: Places,
  ) {
    this.#write();
  }

  /** What the program is started with: all that is in the file, and where it is. */
  get variables(): Record<string, string> {
    return { ...environment(this.#settings()), COSMOS_VIDEO_ENV_FILE: this.path };
  }

  /** Writes it anew, with this change from the settings of the start; absent: with none. */
  change(change?: SettingsChange): void {
    for (const each of [this.#change, change]) this.#note(each);
    this.#change = change;
    this.#write();
  }

  #write(): void {
    const settings = this.#settings();
    const lines = Object.entries(environment(settings)).map(([name, value]) => `${name}="${value}"\n`);
    writeFileSync(this.path, lines.join(''));
    const megabytes = Number.parseInt(settings['RECORD_QUOTA'] ?? '', 10);
    this.quotas.push({ atMs: Date.now(), quotaBytes: megabytes * 1_000_000 });
  }

  /** Which outputs begin to count again. */
  #note(change: SettingsChange | undefined): void {
    if (change?.kind === 'without') {
      this.changedMs.set(this.places.destinations[change.output], Date.now());
    }
    const isOfRecorder =
      change?.kind === 'values' && Object.keys(change.values).some((name) => name.startsWith('RECORD'));
    if (isOfRecorder) this.changedMs.set(this.places.recordings, Date.now());
  }

  #settings(): Readonly<Record<string, string>> {
    const { redisPort, destinations, recordings } = this.places;
    const change = this.#change;
    const away = change?.kind === 'without' ? destinations[change.output] : undefined;
    const there = Object.values(destinations).filter((address) => address !== away);
    const places = { PORT: `${redisPort}`, DESTINATION: there.join(' '), RECORD: recordings };
    return { ...SETTINGS, ...places, ...(change && change.kind !== 'without' && change.values) };
  }
}
