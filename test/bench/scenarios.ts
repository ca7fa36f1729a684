/** The pictures of a run and the rate asked for; two bytes a pixel. */
export interface FrameSize {
  readonly name: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly sizeBytes: number;
  readonly fps: number;
  /** Entries that the source holds the stream to. */
  readonly maxEntries: number;
}

/** How the source times its frames; bench-source.c says what each name means. */
export type Pattern = 'constant' | 'jittered' | 'bursts' | 'hiccup';

export interface SourceTiming {
  readonly name: string;
  readonly pattern: Pattern;
  readonly fps: number;
}

/** One line of the table. */
export interface Scenario {
  readonly name: string;
  readonly size: FrameSize;
  readonly method: 'scale' | 'skip';
  readonly source: SourceTiming;
}

export const SIZES = {
  small: frameSize(640, 480, 24, 100),
  full: frameSize(1920, 1080, 24, 100),
  // 100 entries of this size would take 1.7 GB.
  large: frameSize(3840, 2160, 8, 30),
} as const;

const METHODS = ['scale', 'skip'] as const;

/** What a whole run goes through. */
export function allScenarios(): Scenario[] {
  return Object.values(SIZES).flatMap((size) =>
    METHODS.flatMap((method) => timingsFor(size, method).map((source) => scenario(size, method, source))),
  );
}

/** What of them says the most in little time. */
const QUICK: ReadonlySet<string> = new Set([
  '640x480/scale/constant',
  '1920x1080/scale/constant',
  '1920x1080/scale/jittered',
  '1920x1080/scale/half',
  '1920x1080/scale/double',
  '1920x1080/skip/constant',
  '1920x1080/skip/240',
  '3840x2160/scale/constant',
]);

export function quickScenarios(): Scenario[] {
  return allScenarios().filter(({ name }) => QUICK.has(name));
}

export function scenario(size: FrameSize, method: Scenario['method'], source: SourceTiming): Scenario {
  return { name: [size.name, method, source.name].join('/'), size, method, source };
}

export function frameSize(widthPx: number, heightPx: number, fps: number, maxEntries: number): FrameSize {
  const name = `${widthPx}x${heightPx}`;
  return { name, widthPx, heightPx, sizeBytes: widthPx * heightPx * 2, fps, maxEntries };
}

function timingsFor(size: FrameSize, method: Scenario['method']): SourceTiming[] {
  const { fps } = size;
  const timings: SourceTiming[] = [
    { name: 'constant', pattern: 'constant', fps },
    { name: 'jittered', pattern: 'jittered', fps },
    { name: 'bursts', pattern: 'bursts', fps },
    { name: 'hiccup', pattern: 'hiccup', fps },
    { name: 'half', pattern: 'constant', fps: fps / 2 },
    { name: 'double', pattern: 'constant', fps: fps * 2 },
  ];
  // The large frames would be 4 GB a second.
  if (method === 'skip' && size !== SIZES.large) timings.push({ name: '240', pattern: 'constant', fps: 240 });
  return timings;
}
