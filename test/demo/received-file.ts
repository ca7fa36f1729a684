import { output, probe } from '../support/video.ts';

/** What ffprobe and ffmpeg say of the received file. */
export interface ReceivedFile {
  /** Such as `h264 640x480 yuv420p 24/1`. */
  readonly video: string;
  /** What went wrong in reading or decoding it; empty if nothing did. */
  readonly errors: string;
}

export async function inspectReceived(path: string): Promise<ReceivedFile> {
  const entries = 'stream=codec_name,width,height,pix_fmt,r_frame_rate';
  const [stream = ''] = await probe(path, '-select_streams', 'v:0', '-show_entries', entries).catch(() => []);
  const value = (name: string) => new RegExp(`(?:^|\\|)${name}=([^|]+)`).exec(stream)?.[1] ?? '-';
  const size = `${value('width')}x${value('height')}`;
  return {
    video: [value('codec_name'), size, value('pix_fmt'), value('r_frame_rate')].join(' '),
    errors: await decodeErrors(path),
  };
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
