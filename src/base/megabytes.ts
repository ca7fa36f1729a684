export const BYTES_PER_MEGABYTE = 1_000_000;

/** For people, as `2.5 MB`. */
export function inMegabytes(sizeBytes: number, digits = 1): string {
  return `${(sizeBytes / BYTES_PER_MEGABYTE).toFixed(digits)} MB`;
}
