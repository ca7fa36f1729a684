import type { FrameRate } from '../base/frame-rate.ts';

/** Every setting, parsed and checked, by the stage that it is for; nothing in it needs to be questioned again. */
export interface Config {
  readonly source: SourceSettings;
  readonly format: FormatSettings;
  readonly pacing: PacingSettings;
  readonly levels: LevelsSettings;
  readonly encoder: EncoderSettings;
  readonly output: OutputSettings;
  readonly log: { readonly level: LogLevel };
  readonly report: {
    /** From one report line to the next. */
    readonly intervalMs: number;
  };
}

/** Where the frames come from. */
export interface SourceSettings {
  readonly redis: RedisConfig;
  /** Redis key of the stream. */
  readonly stream: string;
  /** Field of a stream entry that holds the pixels. */
  readonly key: string;
}

/** What every frame looks like. */
export interface FormatSettings {
  /** ffmpeg's name of the raw pixel format; whether this ffmpeg has it is found out at start. */
  readonly pixelFormat: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** How frames that come at a varying rate become a constant one. */
export interface PacingSettings {
  readonly frameRate: FrameRate;
  readonly method: ScalingMethod;
  /** Frames older than this are passed over; 0 = no bound. */
  readonly maxDelayMs: number;
  /** A backlog that stands this long is trimmed; 0 = never. */
  readonly trimAfterMs: number;
  /** What becomes of the video while no new frame comes. */
  readonly idle: Idle;
  /**
   * With `close` the session is closed after this long without a new frame; 0 = never. Also how old a frame may be that a session
   * begins with; 0 = however old.
   */
  readonly idleTimeoutMs: number;
}

/** How the samples of a gray sensor become the picture, and what is written on it. */
export interface LevelsSettings {
  readonly window: WindowSetting;
  /** A step of brightness has settled after three times this; 0 = at once. */
  readonly dampingMs: number;
  /** The smallest window of `auto` and `equalise`, so that a flat scene is not amplified into noise. */
  readonly span: SampleAmount;
  /** Above 1 brightens the middle: out = in^(1/gamma). */
  readonly gamma: number;
  readonly palette: Palette;
  readonly overlay: readonly Mark[];
}

/** A number of samples, or a part of the format's whole range in percent of its largest sample. */
export interface SampleAmount {
  readonly value: number;
  readonly unit: 'samples' | 'percent';
}

/** What is black and what is white: the whole range, two samples, percentiles of the recent frames, or levels of equal share. */
export type WindowSetting =
  | { readonly kind: 'full' }
  | { readonly kind: 'fixed'; readonly low: SampleAmount; readonly high: SampleAmount }
  | { readonly kind: 'auto'; readonly lowPercent: number; readonly highPercent: number }
  | { readonly kind: 'equalise' };

/** How ffmpeg encodes. */
export interface EncoderSettings {
  /** The ffmpeg to run: a name on PATH or a path. */
  readonly ffmpeg: string;
  readonly preset: Preset;
  /** An x264 tune; absent = none. */
  readonly tune?: Tune;
  /** x264's constant rate factor, 0 to 51. */
  readonly crf: number;
  /** Ceiling of the video bit rate, bits a second; absent = none. */
  readonly maxBitrateBps?: number;
  readonly keyframeIntervalS: number;
  /** The name of the service in the transport stream; absent = that of the Redis stream. */
  readonly serviceName?: string;
}

/** Where the video goes, and with what. At least one destination, or a recorder. */
export interface OutputSettings {
  /** No two are the same, and no two have the same `display`. */
  readonly destinations: readonly Destination[];
  readonly record?: RecordSettings;
  readonly audio: AudioTrack;
}

/** What is kept on a disk. */
export interface RecordSettings {
  /** As it was given: one without a `/` before it lies in the working directory. */
  readonly folder: string;
  readonly when: RecordWhen;
  /** A segment ends with the first keyframe after this. */
  readonly segmentMs: number;
  /** All segments of this recorder together; absent = what the disk has room for. */
  readonly quotaBytes?: number;
}

/** Where Redis is, and how to log in there. */
export interface RedisConfig {
  readonly host: string;
  readonly port: number;
  /** Path of a unix socket, used instead of host and port. */
  readonly socket?: string;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  readonly tls: boolean;
  /** Path of a PEM file with the certificate authority to trust. */
  readonly tlsCa?: string;
}

/** One place that the video goes to. */
export type Destination =
  | (AnyDestination & { readonly kind: 'srt'; readonly srt: SrtSettings })
  | (AnyDestination & { readonly kind: 'udp'; readonly udp: UdpSettings })
  | (AnyDestination & { readonly kind: 'file' })
  /** What only ffmpeg can write to. */
  | (AnyDestination & { readonly kind: 'url' });

interface AnyDestination {
  /** As ffmpeg gets it, less what stands in `secretOptions`. */
  readonly url: string;
  /** Without user, password and query: the only form that may be shown or logged. */
  readonly display: string;
  /** Options of ffmpeg that must not stand in its arguments, which every user of the machine can read. */
  readonly secretOptions: Readonly<Record<string, string>>;
}

/** An srt:// address, parsed. What is absent is left to libsrt. */
export interface SrtSettings {
  /** rendezvous is ffmpeg's to write. */
  readonly mode: 'caller' | 'listener' | 'rendezvous';
  /** A name or an IP address without brackets; empty for a listener on every address. */
  readonly host: string;
  readonly port: number;
  /** What the address sets, in the order in which libsrt has to be given it; each at most once. */
  readonly options: readonly SrtOption[];
  /** How long one attempt to connect may take; absent = as usual. 0 = as long as libsrt tries. */
  readonly openLimitMs?: number;
}

/** An option of libsrt, in libsrt's own unit: times in milliseconds, bandwidths in bytes a second, switches as 0 or 1. */
export type SrtOption = {
  /** By which it stands in the address. */
  readonly parameter: string;
} & (
  | { readonly name: SrtNumberName; readonly value: number }
  | { readonly name: SrtTextName; readonly value: string }
);

/** As libsrt calls them in its documentation (docs/API/API-socket-options.md), in small letters and without `SRTO_`. */
export type SrtNumberName =
  | 'transtype'
  | 'maxbw'
  | 'pbkeylen'
  | 'enforcedencryption'
  | 'kmrefreshrate'
  | 'kmpreannounce'
  | 'snddropdelay'
  | 'mss'
  | 'fc'
  | 'ipttl'
  | 'iptos'
  | 'latency'
  | 'rcvlatency'
  | 'peerlatency'
  | 'tlpktdrop'
  | 'nakreport'
  | 'conntimeo'
  | 'sndbuf'
  | 'rcvbuf'
  | 'lossmaxttl'
  | 'minversion'
  | 'messageapi'
  | 'payloadsize'
  | 'tsbpdmode'
  | 'inputbw'
  | 'oheadbw';
export type SrtTextName = 'passphrase' | 'streamid' | 'congestion';

/** A udp:// address, parsed. */
export interface UdpSettings {
  /** A name or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The most that one datagram carries: whole packets of 188 bytes. */
  readonly datagramBytes: number;
  /** How many routers a datagram to a group may pass; any other has the system's own. */
  readonly multicastTtl: number;
  /** The IP address of this machine that it is sent from; absent = the system's choice. */
  readonly localAddress?: string;
  /** The port that it is sent from; 0 = any that is free. */
  readonly localPort: number;
  /** What the system may hold of it before it leaves the machine; absent = the system's own. */
  readonly sendBufferBytes?: number;
  /** It may go to every host of a network at once. */
  readonly isBroadcast: boolean;
  /** Another socket may have the same local port; absent = only where it goes to a group. */
  readonly isReused?: boolean;
  /** That nobody listens there is a failure then, and nothing to be concerned about else. */
  readonly isConnected: boolean;
  /** The class of its traffic, 0 to 63 (RFC 2474); absent = the system's own. */
  readonly dscp?: number;
}

/** In the order in which they are listed. */
export const SCALING_METHODS = ['scale', 'skip'] as const;
/** scale: every tick takes the next frame; skip: every tick takes the newest. */
export type ScalingMethod = (typeof SCALING_METHODS)[number];

/** In the order in which they are listed. */
export const IDLES = ['close', 'hold'] as const;
/** close: the video ends, and begins again with the next frame. hold: the last picture is sent on. */
export type Idle = (typeof IDLES)[number];

/** In the order in which they are listed. */
export const AUDIO_TRACKS = ['none', 'silent'] as const;
/** silent: a silent track beside the video. */
type AudioTrack = (typeof AUDIO_TRACKS)[number];

/** In the order in which they are listed. */
export const RECORD_WHENS = ['always', 'outage'] as const;
/** outage: only while no destination gets the video. */
export type RecordWhen = (typeof RECORD_WHENS)[number];

/** Of `auto` alone, and of `equalise`: a hot or a dead pixel in two hundred does not move the window. */
export const USUAL_PERCENTILES = { lowPercent: 0.5, highPercent: 99.5 } as const;

/** Colours for the levels from black to white. */
export const PALETTES = ['gray', 'inverted', 'iron', 'viridis', 'inferno'] as const;
export type Palette = (typeof PALETTES)[number];

/** What can be written on the picture, in the order in which it stands there. */
export const MARKS = ['time', 'name', 'age', 'standstill'] as const;
/** standstill: that no new frame has come for a while, and how long. */
export type Mark = (typeof MARKS)[number];

/** x264's presets, fastest first. */
export const PRESETS = [
  'ultrafast',
  'superfast',
  'veryfast',
  'faster',
  'fast',
  'medium',
  'slow',
  'slower',
  'veryslow',
] as const;
/** Effort of x264. */
export type Preset = (typeof PRESETS)[number];

/** x264's tunes (`x264 --fullhelp`). */
export const TUNES = [
  'film',
  'animation',
  'grain',
  'stillimage',
  'psnr',
  'ssim',
  'fastdecode',
  'zerolatency',
] as const;
type Tune = (typeof TUNES)[number];

/** From the least to the most. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
/** What is logged: this level, and all before it. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What of the settings the command `source`, which writes a test picture, needs. */
export interface TestSourceConfig extends Pick<Config, 'source' | 'format' | 'log'> {
  readonly pacing: Pick<PacingSettings, 'frameRate'>;
}
