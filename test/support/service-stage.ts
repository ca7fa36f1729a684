import { EncoderError } from '../../src/base/errors.ts';
import type { Emit } from '../../src/base/event.ts';
import type { FrameFormat } from '../../src/base/frame-format.ts';
import type { ServiceManager } from '../../src/base/service-manager.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import type { OutputsConfig } from '../../src/service/outputs.ts';
import { serve, type Makers } from '../../src/service/serve.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { FakeEncoder } from './fake-encoder.ts';
import { FakeHub } from './fake-hub.ts';
import { FakeMover, type FakeInput } from './fake-mover.ts';
import { follow } from './reader-stage.ts';

/** How long a dead link to the destination goes unnoticed. */
export const LINK_SILENCE_MS = 5_500;

const SETTINGS = { DESTINATION: 'srt://video.example:9000', RESOLUTION: '320x240', FORMAT: 'gray' };

/** The whole service with everything around it in the hands of a test: Redis, the mover's thread, ffmpeg, and time. */
export class ServiceStage {
  readonly clock = new FakeClock();
  readonly mover = new FakeMover();
  readonly encoders: FakeEncoder[] = [];
  /** In words: `failed: why, 500 ms`. */
  readonly states: string[] = [];
  readonly log: string[] = [];
  /** What the service manager was told, its status apart. */
  readonly told: string[] = [];
  readonly levels: string[] = [];
  /** One for each session whose outputs are ours. */
  readonly hubs: FakeHub[] = [];
  /** Whether the outputs are ours; otherwise ffmpeg opens the destination itself. */
  areOurs = false;
  /** What they need and is not there. */
  lack: string | undefined;
  /** What the outputs were told of the settings: what is recorded, and where the video goes. */
  readonly outputs: OutputsConfig['output'][] = [];
  /** Why ffmpeg cannot be started at all. */
  cannotStart: string | undefined;
  /** Asks ffmpeg for the size of a frame. */
  probe: (format: Omit<FrameFormat, 'sizeBytes'>) => Promise<FrameFormat> = async (format) => ({
    ...format,
    sizeBytes: format.widthPx * format.heightPx,
  });
  probes = 0;
  variables: Readonly<Record<string, string>> = SETTINGS;
  readonly #ending = new AbortController();
  readonly #kill = new AbortController();
  #reload = () => {};

  start() {
    return follow(
      serve(
        {
          settings: { first: () => this.#settings(), again: () => this.#settings() },
          createLog: (level, redact) => this.#log(level, redact),
          manager: this.#manager(),
          version: '1.2.3',
          frameThreadUrl: 'nowhere',
          stop: this.#ending.signal,
          kill: this.#kill.signal,
          onReload: (reload) => (this.#reload = reload),
        },
        this.#makers(),
      ),
    );
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await settle();
  }

  kill(): void {
    this.#kill.abort();
  }

  /** Reads the settings again, with these instead of those before. */
  async reload(changes: Readonly<Record<string, string>>): Promise<void> {
    this.variables = { ...this.variables, ...changes };
    this.#reload();
    await settle();
  }

  get encoder(): FakeEncoder {
    const last = this.encoders.at(-1);
    if (last === undefined) throw new Error('there is none yet');
    return last;
  }

  get input(): FakeInput {
    return this.mover.input;
  }

  get hub(): FakeHub {
    const last = this.hubs.at(-1);
    if (last === undefined) throw new Error('there is none yet');
    return last;
  }

  /** A service with a session that has begun, whose outputs are ours. */
  static async streamingOurs(): Promise<ServiceStage> {
    const stage = new ServiceStage();
    stage.areOurs = true;
    stage.start();
    await stage.open();
    // Long enough that its ffmpeg is a good one.
    await stage.clock.advanceMs(5_000);
    return stage;
  }

  /** A service with a session that has begun. */
  static async streaming(): Promise<ServiceStage> {
    const stage = new ServiceStage();
    stage.start();
    await stage.open();
    return stage;
  }

  /** Lets the session that is starting begin. */
  async open(): Promise<void> {
    await settle();
    this.input.takeFirst();
    this.encoder.open();
    await settle();
  }

  #settings() {
    const entries = Object.entries(this.variables).map(([name, value]) => [`COSMOS_VIDEO_${name}`, value]);
    return parseConfig(Object.fromEntries(entries), {});
  }

  #makers(): Makers {
    return {
      clock: this.clock,
      random: () => 0,
      probeFrameFormat: (_, { pixelFormat, widthPx, heightPx }) => {
        this.probes += 1;
        return this.probe({ pixelFormat, widthPx, heightPx });
      },
      startMover: () => this.mover,
      giveBackStartCode() {},
      startFfmpeg: ({ emit, isOurs, isWarmedUp, plan }) => {
        const encoder = this.#startEncoder(emit, isOurs, isWarmedUp);
        encoder.holdsFramesBack = isOurs && plan.config.encoder.tune !== 'zerolatency';
        return encoder;
      },
      createOutputs: () => ({
        begin: () => this.areOurs,
        areOurs: () => this.areOurs,
        lackInWords: () => this.lack,
        configure: ({ output }) => void this.outputs.push(output),
        open: () => {
          const hub = new FakeHub();
          this.hubs.push(hub);
          return hub;
        },
      }),
    };
  }

  #startEncoder(emit: Emit, isOurs: boolean, isWarmedUp: boolean): FakeEncoder {
    if (this.cannotStart !== undefined)
      throw new EncoderError({ code: 'ffmpeg-not-started', text: this.cannotStart });
    const name = 'srt://video.example:9000';
    emit({ kind: 'output', output: name, shown: name });
    const encoder = new FakeEncoder(isOurs, isWarmedUp);
    this.encoders.push(encoder);
    return encoder;
  }

  #log(first: string, redact: (text: string) => string) {
    this.levels.push(first);
    const write = (level: string) => (text: string) => {
      this.log.push(`${level}: ${redact(text)}`);
    };
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      setLevel: (level: string) => {
        this.levels.push(level);
      },
    };
  }

  #manager(): ServiceManager {
    return {
      ready: () => void this.told.push('ready'),
      reloading: () => void this.told.push('reloading'),
      stopping: () => void this.told.push('stopping'),
      status: (text) => void this.states.push(stateOf(text)),
      alive: () => {},
    };
  }
}

/** The state of the session, out of the line for the service manager. */
function stateOf(line: string): string {
  const [, seconds, reason] = /^retrying in ([\d.]+) s: ([^]*)$/.exec(line) ?? [];
  if (seconds !== undefined) return `failed: ${reason}, ${Number(seconds) * 1000} ms`;
  const states = {
    waiting: 'waiting for',
    starting: 'opening',
    streaming: 'streaming to',
    closing: 'closing',
    restarting: 'the next ffmpeg begins',
  };
  const state = Object.entries(states).find(([, start]) => line.startsWith(start))?.[0];
  if (state === undefined) throw new Error(`no state has this line: ${line}`);
  return state;
}
