import { encodedSize, type FrameFormat } from '../base/frame-format.ts';
import { formatFrameRate, framesPerSecond } from '../base/frame-rate.ts';
import { grayFormat, PICTURE_FORMAT } from '../base/gray-format.ts';
import type { EncoderSettings, PacingSettings } from '../config/config.ts';

/** Seconds of video that the rate control may run ahead of the cap: short, since a live viewer waits for it. */
const BUFFER_S = 1;
/** PTS − PCR in seconds; ffmpeg's own default of 0.7 s is all delay. */
const MUX_DELAY_S = 0.1;
/** Who tunes in finds the streams within this time: the tables come at least so often, as broadcasters ask for. */
const TABLES_WITHIN_S = 0.1;
/** Who asks for the name of the service finds it within this time; DVB asks for 2 s. */
const SERVICE_WITHIN_S = 0.5;
/** Shorter than from one picture to the next at every rate: the clock comes with each of them. DVB asks for 40 ms. */
const PCR_PERIOD_MS = 1;
/** What is said to provide the service. */
const SERVICE_PROVIDER = 'cosmos-video-builder';
/** Of a name in UTF-8: the descriptor that it stands in has 255 bytes, of which 24 are for the provider and for lengths. */
const SERVICE_NAME_BYTES = 230;
/**
 * How often ffmpeg reports its progress, in seconds, where it opens the destination itself. The first report says that it is
 * open: up to 6.1 it comes with the first frame, since 7.0 only after this period (`sch_wait` in fftools/ffmpeg.c). Reading
 * ten a second costs us 0.3 % of a core, writing them costs ffmpeg nothing that can be measured.
 */
const PROGRESS_PERIOD_S = 0.1;

/** What of the settings decides ffmpeg's arguments. */
export type VideoSettings = Pick<PacingSettings, 'frameRate'> &
  Omit<EncoderSettings, 'ffmpeg' | 'serviceName'> & {
    /** By which receivers name the stream: any text. */
    readonly serviceName: string;
  };

/** Where this run of ffmpeg writes. */
export type EncoderOutput =
  /** To us. What it has made is counted there, exactly: it need not report its progress. */
  | {
      readonly kind: 'pipe';
      readonly fd: number;
      /** Its first frame is not shown, and the second one, which follows when it takes over, has to be a keyframe. */
      readonly isWarmedUp: boolean;
    }
  /** To the destination, which it opens itself. */
  | {
      readonly kind: 'address';
      readonly url: string;
      /** Path of a file with `key=value` lines that ffmpeg reads its secret options from. */
      readonly secretsPath?: string;
    };

/**
 * ffmpeg's arguments for one run: raw frames on standard input, MPEG-TS with H.264 out. Every frame in is a frame out
 * (`passthrough`): the constant rate is made by the ticks, not by ffmpeg.
 */
export function encoderArguments(
  settings: VideoSettings,
  format: FrameFormat,
  output: EncoderOutput,
): readonly string[] {
  return [
    ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+warning'],
    output.kind === 'address' ? ['-progress', 'pipe:1', '-stats_period', `${PROGRESS_PERIOD_S}`] : [],
    inputArguments(settings, format),
    isPicture(format) ? BT709_TAGS : ['-filter:v', filterChain(format), ...colourTags(format)],
    codecArguments(settings),
    output.kind === 'pipe' && output.isWarmedUp ? ['-force_key_frames', 'expr:eq(n,1)'] : [],
    ['-fps_mode', 'passthrough', '-muxdelay', `${MUX_DELAY_S}`, '-muxpreload', '0'],
    // With the length of each picture before it, a reader need not wait for the next one to know that this one is whole.
    ['-flush_packets', '1', '-omit_video_pes_length', '0', '-f', 'mpegts'],
    tableArguments(settings),
    destinationArguments(output),
  ].flat();
}

/** The clock, the tables and the name of the service: 13 kbit/s more than ffmpeg's own choice at 24 pictures a second. */
function tableArguments({ serviceName, frameRate }: VideoSettings): string[] {
  const periodS = 1 / framesPerSecond(frameRate);
  return [
    ['-metadata', `service_name=${broadcastName(serviceName)}`],
    ['-metadata', `service_provider=${SERVICE_PROVIDER}`],
    ['-pcr_period', `${PCR_PERIOD_MS}`],
    ['-pat_period', pictureAlignedS(TABLES_WITHIN_S, periodS)],
    ['-sdt_period', pictureAlignedS(SERVICE_WITHIN_S, periodS)],
  ].flat();
}

/**
 * The time after which ffmpeg is to repeat a table, so that it is there again within `withinS`. It does so with the first
 * picture that comes after that time: half a picture before the last one that may be it, so that no rounding makes it the
 * next one.
 */
function pictureAlignedS(withinS: number, periodS: number): string {
  // Times in the stream are whole ticks: 0.1 s at 30 pictures a second are three.
  const pictures = Math.max(1, Math.floor(withinS / periodS + 0.001));
  return ((pictures - 0.5) * periodS).toFixed(6);
}

/** The name as ffmpeg puts it into the stream: controls choose the alphabet there (ETSI EN 300 468, annex A). */
function broadcastName(name: string): string {
  const text = name.replace(/\p{Cc}/gu, ' ');
  let shown = '';
  let sizeBytes = 0;
  for (const character of text) {
    sizeBytes += Buffer.byteLength(character);
    if (sizeBytes > SERVICE_NAME_BYTES) break;
    shown += character;
  }
  return shown;
}

function destinationArguments(output: EncoderOutput): string[] {
  if (output.kind === 'pipe') return ['-y', `pipe:${output.fd}`];
  return [output.secretsPath === undefined ? [] : ['-fpre', output.secretsPath], '-y', output.url].flat();
}

/** Frames from one keyframe to the next. */
function gopFrames(settings: Pick<VideoSettings, 'frameRate' | 'keyframeIntervalS'>): number {
  return Math.max(1, Math.round(settings.keyframeIntervalS * framesPerSecond(settings.frameRate)));
}

/** Pixel formats, by ffmpeg's naming, whose colours we turn into luma and chroma ourselves. */
const RGB_FORMATS = /rgb|bgr|gbr|bayer|pal8|xyz/;
/** Those that have no colours; every matrix gives the same picture for them. */
const GRAY_FORMATS = /^(gray|mono|ya\d)/;
const BT709_TAGS: readonly string[] = [
  ['-color_range', 'tv', '-colorspace', 'bt709'],
  ['-color_primaries', 'bt709', '-color_trc', 'bt709'],
].flat();

/** Whether frames of this format come as pictures, which have nothing left to convert. */
function isPicture({ pixelFormat }: FrameFormat): boolean {
  return grayFormat(pixelFormat) !== undefined;
}

/**
 * What players need not guess then: limited range, and BT.709 where we chose the matrix. The matrix of YUV frames is the
 * sensor's own and stays as it is, untold.
 */
function colourTags({ pixelFormat }: FrameFormat): readonly string[] {
  const isChosen = RGB_FORMATS.test(pixelFormat) || GRAY_FORMATS.test(pixelFormat);
  return isChosen ? BT709_TAGS : ['-color_range', 'tv'];
}

function inputArguments(settings: VideoSettings, format: FrameFormat): string[] {
  return [
    // Nothing is to be found out about raw frames; looking would only hold the first ones back.
    ['-probesize', '32', '-analyzeduration', '0'],
    ['-f', 'rawvideo', ...frameArguments(format)],
    ['-framerate', formatFrameRate(settings.frameRate), '-i', 'pipe:0'],
  ].flat();
}

/** What comes in is tagged as what goes out, so that ffmpeg finds nothing to convert between them. */
function frameArguments(format: FrameFormat): string[] {
  const { pixelFormat, widthPx, heightPx } = isPicture(format)
    ? { pixelFormat: PICTURE_FORMAT, ...encodedSize(format) }
    : format;
  const tags = isPicture(format) ? BT709_TAGS : [];
  return ['-pixel_format', pixelFormat, '-video_size', `${widthPx}x${heightPx}`, ...tags];
}

function filterChain(format: FrameFormat): string {
  const { widthPx, heightPx } = encodedSize(format);
  const isOdd = widthPx !== format.widthPx || heightPx !== format.heightPx;
  const matrix = RGB_FORMATS.test(format.pixelFormat) ? 'out_color_matrix=bt709:' : '';
  const convert = `scale=${matrix}out_range=tv,format=yuv420p`;
  return isOdd ? `pad=${widthPx}:${heightPx}:0:0,${convert}` : convert;
}

function codecArguments(settings: VideoSettings): string[] {
  const gop = `${gopFrames(settings)}`;
  return [
    ['-an', '-c:v', 'libx264', '-preset', settings.preset],
    settings.tune === undefined ? [] : ['-tune', settings.tune],
    ['-crf', `${settings.crf}`, ...capArguments(settings.maxBitrateBps)],
    ['-g', gop, '-keyint_min', gop, '-sc_threshold', '0'],
  ].flat();
}

function capArguments(maxBitrateBps: number | undefined): string[] {
  if (maxBitrateBps === undefined) return [];
  return ['-maxrate', `${maxBitrateBps}`, '-bufsize', `${maxBitrateBps * BUFFER_S}`];
}
