import { ptr, toArrayBuffer } from 'bun:ffi';
import { BLACK_LUMA, NEUTRAL_CHROMA, WHITE_LUMA } from '../../src/base/gray-format.ts';
import type { LevelsSettings } from '../../src/config/config.ts';
import { FrameMemory } from '../../src/mover/frame-memory.ts';
import { addressAt, libc } from '../../src/os/libc.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { PLAIN_LEVELS } from '../support/levels-settings.ts';
import { moverStage } from '../support/mover-stage.ts';
import type { RgbPicture } from './png.ts';
import { SCENE, sceneSamples } from './scene.ts';

/** One picture of the documents: a scene with these levels. */
interface Shown {
  readonly samples: Uint16Array;
  readonly levels: Partial<LevelsSettings>;
}

/** A camera of 12 bits in gray16. */
const landscape = sceneSamples((light) => 310 + 3_660 * light, 30);
/** A thermal camera whose samples come to four levels of 256. */
const thermal = sceneSamples((_, warmth) => 51_241 + 940 * warmth * (0.4 + 0.6 * warmth), 4);

const auto = { kind: 'auto', lowPercent: 0.5, highPercent: 99.5 } as const;
const equalise = { kind: 'equalise' } as const;

/** By the names of their files. */
export const PICTURES: Readonly<Record<string, Shown>> = {
  'landscape-full.png': { samples: landscape, levels: {} },
  'landscape-auto.png': { samples: landscape, levels: { window: auto } },
  'thermal-full.png': { samples: thermal, levels: {} },
  'thermal-auto.png': { samples: thermal, levels: { window: auto } },
  'thermal-equalise.png': { samples: thermal, levels: { window: equalise } },
  'thermal-iron.png': { samples: thermal, levels: { window: equalise, palette: 'iron' } },
  'marks.png': {
    samples: landscape,
    levels: { window: auto, overlay: ['time', 'name', 'age', 'standstill'] },
  },
};

const FRAME_TIME_MS = 1_795_375_747_372;
/** So long after its frame a picture is shown. */
const STILL_MS = 12_043;

/** What ffmpeg is given of it, in the colours of a screen. */
export async function rendered({ samples, levels }: Shown): Promise<RgbPicture> {
  const clock = new FakeClock(FRAME_TIME_MS);
  const memory = new FrameMemory(
    {
      ...moverStage().settings,
      levels: { ...PLAIN_LEVELS, ...levels },
      format: { pixelFormat: 'gray16le', ...SCENE, sizeBytes: samples.byteLength },
    },
    clock,
    () => {},
  );
  try {
    const pixels = memory.slots.acquire();
    if (!pixels) throw new Error('no slot is free');
    const intake = memory.intake(pixels);
    libc.memcpy(addressAt(intake.room().address, 0), ptr(samples), samples.byteLength);
    intake.took(samples.byteLength);
    const frame = { id: `${FRAME_TIME_MS}-0`, pixels, writtenNs: clock.nowNs() };
    memory.picture(frame);
    await clock.jumpMs(STILL_MS);
    const areas = memory.picture(frame).areas.map(({ address, sizeBytes }) => {
      return new Uint8Array(toArrayBuffer(addressAt(address, 0), 0, sizeBytes));
    });
    return { ...SCENE, colours: coloursOf(Buffer.concat(areas)) };
  } finally {
    memory.close();
  }
}

/** 0xRRGGBB for each pixel of a picture in yuv420p (ITU-R BT.709). */
function coloursOf(planes: Uint8Array): Uint32Array {
  const { widthPx, heightPx } = SCENE;
  const [uAt, vAt] = [widthPx * heightPx, (widthPx * heightPx * 5) / 4];
  return new Uint32Array(uAt).map((_, index) => {
    const x = index % widthPx;
    const chromaAt = Math.floor((index - x) / widthPx / 2) * (widthPx / 2) + Math.floor(x / 2);
    const light = ((planes[index] ?? 0) - BLACK_LUMA) / (WHITE_LUMA - BLACK_LUMA);
    const chroma = [uAt, vAt].map((at) => ((planes[at + chromaAt] ?? 0) - NEUTRAL_CHROMA) / 224);
    const [u = 0, v = 0] = chroma;
    return (
      (byteOf(light + 1.5748 * v) << 16) |
      (byteOf(light - 0.1873 * u - 0.4681 * v) << 8) |
      byteOf(light + 1.8556 * u)
    );
  });
}

function byteOf(level: number): number {
  return Math.min(Math.max(Math.round(level * 255), 0), 255);
}
