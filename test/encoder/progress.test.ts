import { describe, expect, test } from 'bun:test';
import { ProgressParser, type Progress } from '../../src/encoder/progress.ts';

/** What ffmpeg 5.1 writes, as it writes it. */
const BLOCK = `frame=48
fps=24.02
stream_0_0_q=23.0
bitrate= 512.3kbits/s
total_size=131072
out_time_us=1958333
out_time_ms=1958333
out_time=00:00:01.958333
dup_frames=0
drop_frames=0
speed=0.979x
progress=continue`;

function reportsOf(text: string, parser = new ProgressParser()): Progress[] {
  return text.split('\n').flatMap((line) => parser.line(line) ?? []);
}

describe('the progress', () => {
  test('is read at the end of a block', () => {
    expect(reportsOf(BLOCK)).toEqual([{ frames: 48, sizeBytes: 131_072 }]);
  });

  test('is not told before the block is whole', () => {
    const parser = new ProgressParser();
    expect(reportsOf('frame=48\ntotal_size=9', parser)).toEqual([]);
    expect(reportsOf('speed=1x', parser)).toEqual([]);
    expect(reportsOf('progress=continue', parser)).toEqual([{ frames: 48, sizeBytes: 9 }]);
  });

  test('is told at the last block as well', () => {
    expect(reportsOf('frame=7\nprogress=end')).toEqual([{ frames: 7 }]);
  });

  test('takes nothing of one block into the next', () => {
    const reports = reportsOf(`${BLOCK}\nframe=49\nprogress=continue`);
    expect(reports[1]).toEqual({ frames: 49 });
  });

  test('leaves out what ffmpeg does not know', () => {
    expect(reportsOf('frame=0\ntotal_size=N/A\nspeed=N/A\nprogress=continue')).toEqual([{ frames: 0 }]);
  });

  test('reads numbers that are padded with blanks', () => {
    expect(reportsOf('frame=   12\ntotal_size=  188\nprogress=continue')).toEqual([
      { frames: 12, sizeBytes: 188 },
    ]);
  });

  test.each(['', 'hello', '=', 'speed', 'frame=1e9'])('survives the line "%s"', (line) => {
    expect(reportsOf(`${line}\nframe=3\nprogress=continue`)).toEqual([{ frames: 3 }]);
  });

  test('counts no frames where it says none', () => {
    expect(reportsOf('progress=continue')).toEqual([{ frames: 0 }]);
  });
});
