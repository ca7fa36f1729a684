import { PALETTES } from './config.ts';
import { overlaySchema, spanSchema, windowSchema } from './levels-schemas.ts';
import type { Section } from './setting.ts';
import { decimalNumber, oneOf, secondsAsMs } from './text-schemas.ts';

/** The settings of the picture, a part of `SETTINGS`. */
export const LEVELS_SETTINGS = {
  window: {
    variable: 'COSMOS_VIDEO_LEVELS',
    flags: ['--levels'],
    group: 'Picture',
    defaultText: 'full',
    placeholder: 'LEVELS',
    help: 'which samples of a gray format are black and white: full (its whole range), LOW..HIGH in samples or percent of that range (512..3800, 2%..40%), auto (percentiles 0.5 and 99.5 of the recent frames; auto:1..99 for others), or equalise',
    schema: windowSchema,
  },
  dampingMs: {
    variable: 'COSMOS_VIDEO_LEVELS_DAMPING',
    flags: ['--levels-damping'],
    group: 'Picture',
    defaultText: '1',
    placeholder: 'SECONDS',
    help: 'how slowly auto and equalise follow the frames, 0 to 60: a step of brightness has settled after three times this; 0 = at once',
    schema: secondsAsMs(0, 60),
  },
  span: {
    variable: 'COSMOS_VIDEO_LEVELS_SPAN',
    flags: ['--levels-span'],
    group: 'Picture',
    defaultText: '1%',
    placeholder: 'SPAN',
    help: 'the least from black to white in auto and equalise, so that a flat scene does not become noise: samples, from 1, or percent of the whole range, above 0 to 100%',
    schema: spanSchema,
  },
  gamma: {
    variable: 'COSMOS_VIDEO_GAMMA',
    flags: ['--gamma'],
    group: 'Picture',
    defaultText: '1',
    placeholder: 'GAMMA',
    help: 'gamma of the picture, 0.2 to 5: above 1 brightens the middle, below 1 darkens it',
    schema: decimalNumber(0.2, 5),
  },
  palette: {
    variable: 'COSMOS_VIDEO_PALETTE',
    flags: ['--palette'],
    group: 'Picture',
    defaultText: 'gray',
    placeholder: 'PALETTE',
    help: `colours from black to white: ${PALETTES.join(', ')}`,
    schema: oneOf(PALETTES),
  },
  overlay: {
    variable: 'COSMOS_VIDEO_OVERLAY',
    flags: ['--overlay'],
    group: 'Picture',
    defaultText: 'standstill',
    placeholder: 'MARKS',
    help: 'what is written on the picture: none, standstill (how long no new frame has come, from 2 s on), or any of time (UTC of the frame), name and age with commas between, and standstill with them',
    schema: overlaySchema,
  },
} as const satisfies Section;
