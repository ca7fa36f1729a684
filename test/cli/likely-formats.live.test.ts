import { expect, test } from 'bun:test';
import { likelyFormats } from '../../src/cli/likely-formats.ts';
import { probeFrameFormat } from '../../src/encoder/frame-format-probe.ts';

/** A size that no other has, with half pixels where there are half pixels. */
const ODD = { widthPx: 331, heightPx: 247 };

test('the formats that fit so many bytes have as many bytes as ffmpeg counts, half pixels too', async () => {
  const pixels = ODD.widthPx * ODD.heightPx;
  const halves = 2 * 166 * 247;
  const quarters = 2 * 166 * 124;
  const sizes = [pixels, 2 * pixels, 3 * pixels, 4 * pixels, 6 * pixels, pixels + halves, pixels + quarters];
  for (const sizeBytes of sizes) {
    const found = likelyFormats(sizeBytes, { ...ODD, pixelFormat: 'none' });
    expect(found.length).toBeGreaterThan(0);
    for (const text of found) {
      const pixelFormat = text.split(' ')[1] ?? '';
      expect(await probeFrameFormat('ffmpeg', { ...ODD, pixelFormat })).toMatchObject({ sizeBytes });
    }
  }
});
