import { dlopen, FFIType } from 'bun:ffi';

const CLOCK_MONOTONIC = 1;

const libc = dlopen('libc.so.6', {
  clock_gettime: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
});

/** CLOCK_MONOTONIC in milliseconds, as the programs in C see it; Bun's own clock starts with the process. */
export function monotonicMs(): number {
  const now = new BigInt64Array(2);
  libc.symbols.clock_gettime(CLOCK_MONOTONIC, now);
  return Number(now[0] ?? 0n) * 1e3 + Number(now[1] ?? 0n) / 1e6;
}
