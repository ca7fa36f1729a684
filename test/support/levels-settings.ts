import type { FrameFormat } from '../../src/base/frame-format.ts';
import type { LevelsSettings } from '../../src/config/config.ts';

/** The levels as they are by default, without marks. */
export const PLAIN_LEVELS: LevelsSettings = {
  window: { kind: 'full' },
  dampingMs: 1_000,
  span: { value: 1, unit: 'percent' },
  gamma: 1,
  palette: 'gray',
  overlay: [],
};

/** A format of colour frames with so many bytes, which are handed on as they are. */
export function rawFormat(sizeBytes: number): FrameFormat {
  return { pixelFormat: 'rgb24', widthPx: 16, heightPx: 16, sizeBytes };
}
