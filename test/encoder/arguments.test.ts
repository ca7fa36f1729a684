import { describe, expect, test } from 'bun:test';
import { encodedSize, type FrameFormat } from '../../src/base/frame-format.ts';
import { encoderArguments, type VideoSettings } from '../../src/encoder/arguments.ts';

const FULL_HD: FrameFormat = {
  pixelFormat: 'gray16be',
  widthPx: 1_920,
  heightPx: 1_080,
  sizeBytes: 4_147_200,
};

const DEFAULTS: VideoSettings = {
  frameRate: { numerator: 24n, denominator: 1n },
  preset: 'medium',
  tune: 'zerolatency',
  crf: 23,
  keyframeIntervalS: 2,
  serviceName: 'camera 1',
};

/** The value that stands behind an option, which must be there once. */
function valueOf(args: readonly string[], option: string): string | undefined {
  expect(args.filter((argument) => argument === option)).toHaveLength(1);
  return args[args.indexOf(option) + 1];
}

function argumentsWith(
  settings: Partial<VideoSettings>,
  format: Partial<FrameFormat> = {},
): readonly string[] {
  return encoderArguments(
    { ...DEFAULTS, ...settings },
    { ...FULL_HD, ...format },
    {
      kind: 'address',
      url: 'srt://h:1',
    },
  );
}

describe("ffmpeg's arguments", () => {
  test('with the default settings', () => {
    const args = encoderArguments(DEFAULTS, FULL_HD, {
      kind: 'address',
      url: 'srt://host:9000?mode=caller',
    });
    expect(args.join(' ')).toBe(
      '-hide_banner -nostdin -nostats -loglevel level+warning -progress pipe:1 -stats_period 0.1 ' +
        '-probesize 32 -analyzeduration 0 ' +
        '-f rawvideo -pixel_format yuv420p -video_size 1920x1080 ' +
        '-color_range tv -colorspace bt709 -color_primaries bt709 -color_trc bt709 -framerate 24 -i pipe:0 ' +
        '-color_range tv -colorspace bt709 -color_primaries bt709 -color_trc bt709 ' +
        '-an -c:v libx264 -preset medium -tune zerolatency -crf 23 ' +
        '-g 48 -keyint_min 48 -sc_threshold 0 ' +
        '-fps_mode passthrough -muxdelay 0.1 -muxpreload 0 -flush_packets 1 -omit_video_pes_length 0 -f mpegts ' +
        '-metadata service_name=camera 1 -metadata service_provider=cosmos-video-builder ' +
        '-pcr_period 1 -pat_period 0.062500 -sdt_period 0.479167 ' +
        '-y srt://host:9000?mode=caller',
    );
  });

  test('into a pipe of ours: no progress, and the second picture a keyframe where the first one is not shown', () => {
    const first = encoderArguments(DEFAULTS, FULL_HD, { kind: 'pipe', fd: 3, isWarmedUp: false });
    expect(first).not.toContain('-progress');
    expect(first).not.toContain('-force_key_frames');
    expect(first.slice(-2)).toEqual(['-y', 'pipe:3']);
    const next = encoderArguments(DEFAULTS, FULL_HD, { kind: 'pipe', fd: 3, isWarmedUp: true });
    expect(valueOf(next, '-force_key_frames')).toBe('expr:eq(n,1)');
    expect(next.slice(-1)).toEqual(['pipe:3']);
  });

  test('with every setting another, a file of secrets and an odd size', () => {
    const args = encoderArguments(
      {
        frameRate: { numerator: 30_000n, denominator: 1_001n },
        preset: 'ultrafast',
        crf: 28.5,
        maxBitrateBps: 4_000_000,
        keyframeIntervalS: 0.5,
        serviceName: `-x=y "q'`,
      },
      { pixelFormat: 'rgb24', widthPx: 641, heightPx: 479, sizeBytes: 921_117 },
      { kind: 'address', url: '/data/out.ts', secretsPath: '/dev/fd/3' },
    );
    expect(args.join(' ')).toBe(
      '-hide_banner -nostdin -nostats -loglevel level+warning -progress pipe:1 -stats_period 0.1 ' +
        '-probesize 32 -analyzeduration 0 ' +
        '-f rawvideo -pixel_format rgb24 -video_size 641x479 -framerate 30000/1001 -i pipe:0 ' +
        '-filter:v pad=642:480:0:0,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p ' +
        '-color_range tv -colorspace bt709 -color_primaries bt709 -color_trc bt709 ' +
        '-an -c:v libx264 -preset ultrafast -crf 28.5 -maxrate 4000000 -bufsize 4000000 ' +
        '-g 15 -keyint_min 15 -sc_threshold 0 ' +
        '-fps_mode passthrough -muxdelay 0.1 -muxpreload 0 -flush_packets 1 -omit_video_pes_length 0 -f mpegts ' +
        `-metadata service_name=-x=y "q' -metadata service_provider=cosmos-video-builder ` +
        '-pcr_period 1 -pat_period 0.050050 -sdt_period 0.450450 ' +
        '-fpre /dev/fd/3 -y /data/out.ts',
    );
  });

  test('hold no tune where there is to be none', () => {
    const { tune: _, ...settings } = DEFAULTS;
    expect(encoderArguments(settings, FULL_HD, { kind: 'address', url: 'x.ts' })).not.toContain('-tune');
  });

  test('cap the bit rate only where that is asked for', () => {
    expect(argumentsWith({})).not.toContain('-maxrate');
    const capped = argumentsWith({ maxBitrateBps: 800_000 });
    expect([valueOf(capped, '-crf'), valueOf(capped, '-maxrate'), valueOf(capped, '-bufsize')]).toEqual([
      '23',
      '800000',
      '800000',
    ]);
  });

  test.each(['monob', 'grayf32le'])('leave %s on the short way, and tag it as BT.709', (pixelFormat) => {
    const args = argumentsWith({}, { pixelFormat });
    expect(valueOf(args, '-filter:v')).not.toContain('matrix');
    expect(valueOf(args, '-colorspace')).toBe('bt709');
  });

  test.each(['gray', 'gray16le', 'gray12be', 'ya8'])(
    'take pictures of even size for %s, which there is nothing to convert in',
    (pixelFormat) => {
      const args = argumentsWith({}, { pixelFormat, widthPx: 17, heightPx: 33 });
      expect(args).not.toContain('-filter:v');
      expect([valueOf(args, '-pixel_format'), valueOf(args, '-video_size')]).toEqual(['yuv420p', '18x34']);
      const input = args.indexOf('-i');
      const tags = ['-color_range', '-colorspace', '-color_primaries', '-color_trc'];
      for (const tag of tags) {
        const [before, after] = [args.indexOf(tag), args.lastIndexOf(tag)];
        expect(before < input && input < after && args[before + 1] === args[after + 1]).toBe(true);
      }
    },
  );

  test.each(['rgb24', 'bgra', 'gbrp', 'rgb48be', '0rgb', 'pal8', 'bayer_rggb8'])(
    'turn %s into BT.709, and say so',
    (pixelFormat) => {
      const args = argumentsWith({}, { pixelFormat });
      expect(valueOf(args, '-filter:v')).toContain('out_color_matrix=bt709');
      expect(valueOf(args, '-colorspace')).toBe('bt709');
    },
  );

  test.each(['yuv420p', 'yuyv422', 'nv12'])(
    'leave the matrix of %s as the sensor has it, and do not claim to know it',
    (pixelFormat) => {
      const args = argumentsWith({}, { pixelFormat });
      expect(valueOf(args, '-filter:v')).not.toContain('matrix');
      expect(valueOf(args, '-color_range')).toBe('tv');
      expect(args).not.toContain('-colorspace');
    },
  );
});

describe('tables', () => {
  test.each([
    // [rate, most pictures from one PAT to the next, and from one SDT to the next]
    [240n, 1n, 24, 120],
    [60_000n, 1_001n, 5, 29],
    [50n, 1n, 5, 25],
    [30n, 1n, 3, 15],
    [30_000n, 1_001n, 2, 14],
    [2_997n, 100n, 2, 14],
    [25n, 1n, 2, 12],
    [24n, 1n, 2, 12],
    [10n, 1n, 1, 5],
    [1n, 1n, 1, 1],
    [1n, 1_000n, 1, 1],
  ])('at %s/%s pictures a second come with every %dth and %dth', (numerator, denominator, pat, sdt) => {
    const args = argumentsWith({ frameRate: { numerator, denominator } });
    const periodS = Number(denominator) / Number(numerator);
    for (const [option, pictures, withinS] of [
      ['-pat_period', pat, 0.1],
      ['-sdt_period', sdt, 0.5],
    ] as const) {
      expect(Number(valueOf(args, option)) / periodS).toBeCloseTo(pictures - 0.5, 2);
      expect(pictures === 1 || pictures * periodS <= withinS + 1e-9).toBe(true);
    }
    expect(Number(valueOf(args, '-pcr_period')) / 1_000).toBeLessThan(periodS);
  });
});

function nameOf(serviceName: string): string {
  const args = argumentsWith({ serviceName });
  expect(args[args.indexOf('-metadata') + 1]).toStartWith('service_name=');
  return args[args.indexOf('-metadata') + 1]?.slice('service_name='.length) ?? '';
}

describe('the name of the service', () => {
  test.each(['imagestream', '-y', 'a=b', `it's "c:\\d"`, 'Süd 東 🛰️'])('is %s as it is', (name) => {
    expect(nameOf(name)).toBe(name);
  });

  test('has no controls, which would choose an alphabet', () => {
    expect(nameOf('\u0005a\nb\u009fc')).toBe(' a b c');
  });

  test('is cut at a character where the stream has no room for it', () => {
    expect(nameOf('x'.repeat(300))).toBe('x'.repeat(230));
    expect(nameOf('東'.repeat(100))).toBe('東'.repeat(76));
    expect(nameOf('🛰'.repeat(64))).toBe('🛰'.repeat(57));
  });
});

describe('the keyframe interval in frames', () => {
  test.each([
    [24n, 1n, 2, 48],
    [30_000n, 1_001n, 2, 60],
    [2_997n, 100n, 2, 60],
    [25n, 2n, 2, 25],
    [240n, 1n, 60, 14_400],
    [24n, 1n, 0.1, 2],
    [1n, 7n, 2, 1],
    [1n, 1n, 0.1, 1],
  ])('at %s/%s frames a second, every %s s, is %s', (numerator, denominator, keyframeIntervalS, frames) => {
    const args = argumentsWith({ frameRate: { numerator, denominator }, keyframeIntervalS });
    expect(valueOf(args, '-g')).toBe(`${frames}`);
  });
});

describe('the size of the picture', () => {
  test.each([
    [1_920, 1_080, 1_920, 1_080],
    [641, 480, 642, 480],
    [640, 479, 640, 480],
    [17, 17, 18, 18],
  ])('of %dx%d is encoded as %dx%d', (widthPx, heightPx, encodedWidthPx, encodedHeightPx) => {
    expect(encodedSize({ widthPx, heightPx })).toEqual({
      widthPx: encodedWidthPx,
      heightPx: encodedHeightPx,
    });
  });
});
