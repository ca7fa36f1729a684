import { SIZES, type FrameSize } from '../scenarios.ts';

/** One comparison: what the two programs are to do. */
export interface Measure {
  readonly name: string;
  readonly size: FrameSize;
  readonly preset: string;
  /** False: ffmpeg reads and converts as ever, and then throws the pictures away. */
  readonly isEncoded: boolean;
}

/** How long programs run before they are measured, and how long and how often they are. */
export interface LevelsDurations {
  /** Of each program, once: the runtime compiles the code meanwhile. */
  readonly warmUpS: number;
  /** Of each session, since every window has one of its own. */
  readonly settleS: number;
  readonly measureS: number;
  /** Windows of each program. */
  readonly rounds: number;
  /** How often the program is started for the look at how starts differ. */
  readonly starts: number;
}

export const ULTRAFAST = encoded('ultrafast');
export const VERYFAST = encoded('veryfast');
export const UNENCODED = unencoded(SIZES.full);
export const UNENCODED_LARGE = unencoded(SIZES.large);

export const MEASURES: readonly Measure[] = [ULTRAFAST, VERYFAST, UNENCODED, UNENCODED_LARGE];

function encoded(preset: string): Measure {
  return { name: `${SIZES.full.name}/${preset}`, size: SIZES.full, preset, isEncoded: true };
}

function unencoded(size: FrameSize): Measure {
  return { name: `${size.name}/no encoder`, size, preset: 'ultrafast', isEncoded: false };
}
