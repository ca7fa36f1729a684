import type { SampleAmount } from './config.ts';

/** The amount as a whole number of samples, for a format with this largest sample. */
export function inSamples({ value, unit }: SampleAmount, largestSample: number): number {
  return unit === 'samples' ? value : Math.round((value / 100) * largestSample);
}
