import { describe, expect, test } from 'bun:test';
import { ConfigError } from '../../src/base/errors.ts';
import { probeFrameFormat } from '../../src/encoder/frame-format-probe.ts';

describe('the size of a frame', () => {
  test.each([
    ['gray16be', 1_920, 1_080, 4_147_200],
    ['gray', 17, 19, 323],
    ['rgb24', 641, 479, 921_117],
    ['yuv420p', 17, 17, 451],
    ['gray12le', 64, 64, 8_192],
  ])('of %s with %dx%d is what ffmpeg says', async (pixelFormat, widthPx, heightPx, sizeBytes) => {
    const wanted = { pixelFormat, widthPx, heightPx };
    expect(await probeFrameFormat('ffmpeg', wanted)).toEqual({ ...wanted, sizeBytes });
  });

  test('of a format that ffmpeg does not know is a fault of the settings', async () => {
    const probe = probeFrameFormat('ffmpeg', { pixelFormat: 'gray17', widthPx: 64, heightPx: 64 });
    const error = await probe.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toMatch(/COSMOS_VIDEO_FORMAT is "gray17".*-pix_fmts/);
  });
});
