import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Child } from './child.ts';
import { END_WORDS } from './hls-consumer.ts';
import { watchVideo, type WatchedVideo } from './watched-video.ts';

/** As COSMOS has it where nobody has set another: TRANSCODER_OUTPUT_FORMATS=1920x1080@5000k. */
const DEFAULT_RENDITION = '1920x1080@5000k';

/** The playlist of the only rendition, with which ffmpeg puts its number. */
const PLAYLIST = 'v0-index.m3u8';

/** Of ffmpeg's words those that tell of something that is not as it should be. */
const TROUBLE =
  /error|invalid|corrupt|conceal|missing|non-monoton|out of order|discontinu|unable|past duration/i;

/**
 * ffmpeg as COSMOS's transcoder runs it for one rendition and with its default of two channels: the arguments of `encode_hls` in
 * `transcoder.rb` of BallAerospace/cosmos-hls, in that order. It takes the first stream for the video and the second one, if there
 * is one, for the sound, and HLS is then made of both, or it fails. No `-g`: libx264's own 250 pictures from keyframe to keyframe.
 * Left out is where its storage is (`-hls_base_url`), so that the playlist can be played where it lies; `-nostats` is ours, so that
 * its words are lines.
 */
function transcoderCommand(source: string, folder: string, rendition: string): string[] {
  const [size = '', bitrate = ''] = rendition.split('@');
  return [
    ['ffmpeg', '-nostats', '-y', '-i', source, '-preset', 'ultrafast', '-sc_threshold', '0'],
    ['-map', '0:0', '-map', '0:1?', '-s:v:0', size, '-c:v:0', 'libx264', '-b:v:0', bitrate],
    ['-c:a', 'copy', '-var_stream_map', 'v:0,a:0', '-master_pl_name', 'manifest.m3u8'],
    ['-f', 'hls', '-hls_time', '2', '-hls_list_size', '8'],
    ['-hls_segment_filename', join(folder, 'v%v-seq%d.ts'), join(folder, 'v%v-index.m3u8')],
  ].flat();
}

/** COSMOS's transcoder at work, as far as its ffmpeg goes: what it has ready for players. */
export class CosmosTranscoder implements AsyncDisposable {
  /** performance.now() */
  readonly startedMs = performance.now();
  readonly child: Child;

  /**
   * Starts it.
   * @param source an address that ffmpeg opens
   * @param folder an existing one, for playlists and segments
   * @param rendition size and bit rate, such as `640x360@365k`
   */
  constructor(
    source: string,
    private readonly folder: string,
    rendition = DEFAULT_RENDITION,
  ) {
    this.child = new Child(transcoderCommand(source, folder, rendition));
  }

  get playlist(): string {
    return join(this.folder, PLAYLIST);
  }

  /** How many segments the playlist has named so far; 0 while there is none. */
  get segments(): number {
    const text = this.#text();
    const first = Number(/^#EXT-X-MEDIA-SEQUENCE:(\d+)$/m.exec(text)?.[1] ?? 0);
    return first + segmentNames(text).length;
  }

  /** What a decoder makes of the segment that the playlist has named last. Throws where there is none. */
  async newest(): Promise<WatchedVideo> {
    const name = segmentNames(this.#text()).at(-1);
    if (name === undefined) throw new Error(`the transcoder has no segment; it said:\n${this.child.text}`);
    return watchVideo(join(this.folder, basename(name)));
  }

  /** What it said of things that are not as they should be, but for the end of the stream. */
  get troubles(): string[] {
    return this.child.lines.filter((line) => TROUBLE.test(line) && !END_WORDS.test(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]();
  }

  #text(): string {
    return existsSync(this.playlist) ? readFileSync(this.playlist, 'utf8') : '';
  }
}

function segmentNames(playlist: string): string[] {
  return playlist.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}
