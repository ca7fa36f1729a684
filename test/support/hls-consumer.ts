import type { Child } from './child.ts';

/** Microseconds, as ffmpeg has them; long enough for a busy machine. */
const LATENCY_US = 1_000_000;

/** ffmpeg says so of every end of an SRT stream, however orderly. */
export const END_WORDS = /^srt:\S+ Input\/output error$|^ *Last message repeated \d+ times$/;

/**
 * ffmpeg as an SRT listener that makes HLS segments of 2 s, encoded again; beside them it keeps a copy of what came. It is meant
 * to get every picture, however busy the machine is: the transcoder as it really is stands in `cosmos-transcoder.ts`.
 */
export function consumerCommand(port: number, recording: string, playlist: string): string[] {
  return [
    ['ffmpeg', '-v', 'warning', '-nostdin', '-y'],
    ['-i', `srt://127.0.0.1:${port}?mode=listener&latency=${LATENCY_US}`],
    ['-map', '0:v', '-c', 'copy', recording],
    ['-map', '0:v', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '48', '-sc_threshold', '0'],
    ['-f', 'hls', '-hls_time', '2', '-hls_list_size', '0', playlist],
  ].flat();
}

/** All that it had to warn of, but for the end of the stream. */
export function complaintsOf(consumer: Child): string[] {
  return consumer.lines.filter((line) => !END_WORDS.test(line));
}
