import { formatFrameRate } from '../base/frame-rate.ts';
import { KeepUpMonitor, standstillInWords, tooSlowInWords } from './keep-up.ts';
import { warningLog, type LimitedLog } from './limited-log.ts';
import type { Logger } from './logger.ts';
import { Silence, silenceInWords } from './silence.ts';
import type { Snapshot } from './snapshot.ts';
import { SourcePace, tooFastInWords } from './source-pace.ts';
import type { StatusSettings } from './status-settings.ts';

/** The settings that say what a session should be like. */
type WatchSettings = Pick<StatusSettings, 'frameRate' | 'method' | 'preset' | 'stream' | 'idleTimeoutMs'>;

/** Checks that a session is as it should be: ffmpeg keeps up, frames come, and not too many. Logs it where it is not. */
export class SessionWatch {
  #keepUp: KeepUpMonitor;
  #pace: SourcePace;
  readonly #silence: Silence;
  readonly #standstills: LimitedLog;

  constructor(
    private settings: WatchSettings,
    private readonly log: Logger,
  ) {
    this.#keepUp = new KeepUpMonitor(settings.frameRate);
    this.#pace = new SourcePace(settings.frameRate);
    this.#silence = new Silence(settings.idleTimeoutMs);
    this.#standstills = warningLog((message) => log.warn(message));
  }

  /** Other settings are in force from now on. */
  configure(settings: WatchSettings): void {
    const { frameRate } = this.settings;
    this.settings = settings;
    this.#silence.configure(settings.idleTimeoutMs);
    if (formatFrameRate(settings.frameRate) === formatFrameRate(frameRate)) return;
    this.#keepUp = new KeepUpMonitor(settings.frameRate);
    this.#pace = new SourcePace(settings.frameRate);
  }

  /** A session has begun: what was before it says nothing about it. */
  restart(): void {
    this.#keepUp.restart();
    this.#pace.discard();
    this.#silence.restart();
  }

  /** Another ffmpeg goes on in the same session; a sensor that was silent before is so still. */
  encoderRestarted(nowNs: bigint): void {
    this.#keepUp.restart();
    this.#pace.discard();
    this.#silence.postpone(nowNs);
  }

  /** The program itself stood still until now, which is the fault of nobody that is watched here. */
  heldUp(nowNs: bigint): void {
    this.#keepUp.discard();
    this.#pace.discard();
    this.#silence.postpone(nowNs);
  }

  /** Call it about once a second while a session streams. */
  look({ frames, source, atNs: nowNs }: Pick<Snapshot, 'frames' | 'source' | 'atNs'>): void {
    this.#lookAtEncoder(frames.output, nowNs);
    const silence = this.#silence.look(frames.read, frames.output, nowNs);
    const level = silence?.kind === 'silent' ? 'warn' : 'info';
    if (silence) this.log[level](silenceInWords(this.settings.stream, silence));
    // With skip all that is passed over is what was asked for.
    if (this.settings.method === 'skip') return;
    const { stream, frameRate } = this.settings;
    // A wrong frame needs no tick.
    const arrived = source.kind === 'counted' ? source.entries - frames.wrong : frames.read;
    const fps = this.#pace.sample(arrived, nowNs);
    if (fps !== undefined) this.log.warn(tooFastInWords(stream, fps, frameRate));
  }

  /** Says what was held back because there was too much of it. Call it about once a second. */
  flush(nowNs: bigint): void {
    this.#standstills.flush(nowNs);
  }

  #lookAtEncoder(output: number, nowNs: bigint): void {
    const { frameRate, preset } = this.settings;
    const news = this.#keepUp.sample(output, nowNs);
    if (news?.kind === 'slow') this.log.warn(tooSlowInWords(news.fps, frameRate, preset));
    if (news?.kind === 'standstill') this.#standstills.log(standstillInWords(news.seconds), nowNs);
  }
}
