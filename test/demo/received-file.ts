import { output, probe } from '../support/video.ts';

/** What ffprobe and ffmpeg say of the received file. */
export interface ReceivedFile {
  /** Such as `h264 640x480 yuv420p 24/1`. */
  readonly video: string;
  /** Such as `aac 48000 Hz stereo`. */
  readonly sound: string;
  /** The service's name in the transport stream. */
  readonly service: string;
  /** What went wrong in reading or decoding it; empty if nothing did. */
  readonly errors: string;
}

export async function inspectReceived(path: string): Promise<ReceivedFile> {
  const video = await said(path, '-select_streams', 'v:0', '-show_entries', VIDEO_ENTRIES);
  const sound = await said(path, '-select_streams', 'a:0', '-show_entries', SOUND_ENTRIES);
  const program = await said(path, '-show_entries', 'program_tags=service_name');
  const size = `${video('width')}x${video('height')}`;
  return {
    video: [video('codec_name'), size, video('pix_fmt'), video('r_frame_rate')].join(' '),
    sound: `${sound('codec_name')} ${sound('sample_rate')} Hz ${sound('channel_layout')}`,
    service: program('tag:service_name'),
    errors: await decodeErrors(path),
  };
}

const VIDEO_ENTRIES = 'stream=codec_name,width,height,pix_fmt,r_frame_rate';
const SOUND_ENTRIES = 'stream=codec_name,sample_rate,channel_layout';

/** What ffprobe says of the first thing that is asked for, by the name of the value; a dash where it says nothing. */
async function said(path: string, ...options: string[]): Promise<(name: string) => string> {
  const [line = ''] = await probe(path, ...options).catch(() => []);
  return (name) => new RegExp(`(?:^|\\|)${name}=([^|]+)`).exec(line)?.[1] ?? '-';
}

/** Saves the picture at `atS` seconds of the video. */
export async function savePicture(video: string, path: string, atS: number): Promise<void> {
  await output('ffmpeg', '-v', 'error', '-y', '-ss', `${atS}`, '-i', video, '-frames:v', '1', path);
}

async function decodeErrors(path: string): Promise<string> {
  const child = Bun.spawn(['ffmpeg', '-v', 'error', '-nostdin', '-i', path, '-f', 'null', '-'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const words = (await child.stderr.text()).trim();
  const status = await child.exited;
  return status === 0 ? words : `${words} (exit status ${status})`;
}
