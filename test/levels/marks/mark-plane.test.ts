import { describe, expect, test } from 'bun:test';
import { type MarkPlane, markPlane } from '../../../src/levels/marks/mark-plane.ts';

const LUMA: MarkPlane = { pixelBytes: 1, offsetBytes: 0, ink: [235], border: [16] };
const FULL_LUMA: MarkPlane = { pixelBytes: 1, offsetBytes: 0, ink: [255], border: [0] };

function words(ink: readonly number[], border: readonly number[]): MarkPlane {
  return { pixelBytes: 2, offsetBytes: 0, ink, border };
}

/** All bytes of a pixel white, or black but for those of `border` that are given. */
function packed(pixelBytes: number, border?: readonly number[]): MarkPlane {
  const black = Array.from({ length: pixelBytes }, () => 0);
  return { pixelBytes, offsetBytes: 0, ink: black.map(() => 255), border: border ?? black };
}

const KNOWN: Readonly<Record<string, MarkPlane>> = {
  yuv420p: LUMA,
  yuv422p: LUMA,
  yuv444p: LUMA,
  yuv440p: LUMA,
  yuv410p: LUMA,
  yuv411p: LUMA,
  yuva420p: LUMA,
  yuva444p: LUMA,
  nv12: LUMA,
  nv21: LUMA,
  nv16: LUMA,
  nv24: LUMA,
  nv42: LUMA,
  yuvj420p: FULL_LUMA,
  yuvj444p: FULL_LUMA,
  yuv420p9le: words([0xd6, 0x01], [0x20, 0x00]),
  yuv420p10: words([0xac, 0x03], [0x40, 0x00]),
  yuv422p10be: words([0x03, 0xac], [0x00, 0x40]),
  yuva444p12le: words([0xb0, 0x0e], [0x00, 0x01]),
  yuv444p14be: words([0x3a, 0xc0], [0x04, 0x00]),
  yuv444p16le: words([0x00, 0xeb], [0x00, 0x10]),
  p010le: words([0x00, 0xeb], [0x00, 0x10]),
  p016be: words([0xeb, 0x00], [0x10, 0x00]),
  yuyv422: { ...LUMA, pixelBytes: 2 },
  yvyu422: { ...LUMA, pixelBytes: 2 },
  uyvy422: { ...LUMA, pixelBytes: 2, offsetBytes: 1 },
  rgb24: packed(3),
  bgr24: packed(3),
  rgb0: packed(4),
  '0bgr': packed(4),
  rgba: packed(4, [0, 0, 0, 255]),
  bgra: packed(4, [0, 0, 0, 255]),
  argb: packed(4, [255, 0, 0, 0]),
  abgr: packed(4, [255, 0, 0, 0]),
  rgb48le: packed(6),
  bgr48be: packed(6),
  rgba64be: packed(8, [0, 0, 0, 0, 0, 0, 255, 255]),
  bgra64le: packed(8, [0, 0, 0, 0, 0, 0, 255, 255]),
  rgb565le: packed(2),
  bgr555be: packed(2),
};

test.each(Object.entries(KNOWN))('%s', (pixelFormat, plane) => {
  expect(markPlane(pixelFormat)).toEqual(plane);
});

describe('nothing is drawn in', () => {
  test.each([
    'gray',
    'gray16be',
    'ya8',
    'gbrp',
    'gbrap10le',
    'bayer_rggb8',
    'pal8',
    'monow',
    'rgb8',
    'rgb4_byte',
    'rgb444le',
    'xyz12le',
    'uyyvyy411',
    'y210le',
    'x2rgb10le',
    'ayuv64le',
    'grayf32le',
    'nv20le',
    'yuv420p8',
    'rgb24le',
    'YUV420P',
    'yuv420p ',
    '',
  ])('%j', (pixelFormat) => {
    expect(markPlane(pixelFormat)).toBeUndefined();
  });
});
