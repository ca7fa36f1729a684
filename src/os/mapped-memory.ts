import type { Pointer } from 'bun:ffi';
import { addressAt, errno, errorInWords, libc } from './libc.ts';

/** PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS (mmap(2)). */
const READ_AND_WRITE = 3;
const PRIVATE_AND_ANONYMOUS = 0x22;
/** What the kernel maps by one entry instead of 512, where it is asked to and memory lies so (madvise(2)). */
const HUGE_PAGE_BYTES = 2_097_152;
const MADV_HUGEPAGE = 14;

/** Memory of the system's own, which no collector knows of. */
export interface MappedMemory {
  /** On a page; on a huge one if there is room for one. */
  readonly address: Pointer;
  /** Gives it back; it is not used any more. */
  unmap(): void;
}

/**
 * Zeroed memory that is there once it is touched. From 2 MiB on it is asked for in huge pages: copying a frame through
 * the page tables of a virtual machine, and handing its pages to a pipe, then take a tenth less. Throws where there is
 * none.
 */
export function mapMemory(sizeBytes: number): MappedMemory {
  const isHuge = sizeBytes >= HUGE_PAGE_BYTES;
  // Of the room to begin on a huge page what lies before is never touched, so it is no memory; what lies behind at most
  // fills up the last huge page.
  const mappedBytes = isHuge ? sizeBytes + HUGE_PAGE_BYTES : sizeBytes;
  const start = libc.mmap(null, mappedBytes, READ_AND_WRITE, PRIVATE_AND_ANONYMOUS, -1, 0n);
  // MAP_FAILED is the highest address there is.
  if (typeof start !== 'number' || start > Number.MAX_SAFE_INTEGER) {
    throw new Error(`no memory for ${sizeBytes} bytes of frames: ${errorInWords(errno())}`);
  }
  const gapBytes = isHuge ? (HUGE_PAGE_BYTES - (start % HUGE_PAGE_BYTES)) % HUGE_PAGE_BYTES : 0;
  const address = addressAt(start, gapBytes);
  // A kernel without huge pages refuses, and nothing is lost.
  if (isHuge) libc.madvise(address, mappedBytes - gapBytes, MADV_HUGEPAGE);
  return { address, unmap: () => void libc.munmap(start, mappedBytes) };
}
