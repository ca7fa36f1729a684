import type { Pointer } from 'bun:ffi';
import { addressAt, errno, errorInWords, libc } from './libc.ts';

/** PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS (mmap(2)). */
const READ_AND_WRITE = 3;
const PRIVATE_AND_ANONYMOUS = 0x22;
/** What the kernel maps by one entry instead of 512, where it is asked to and memory lies so (madvise(2)). */
const HUGE_PAGE_BYTES = 2_097_152;
const MADV_DONTNEED = 4;
const MADV_HUGEPAGE = 14;

/** Memory of the system's own, which no collector knows of. */
export interface MappedMemory {
  /** On a page; on a huge one if there is room for one. */
  readonly address: Pointer;
  /** Gives it back; it is not used any more. */
  unmap(): void;
}

/**
 * Zeroed memory that is there once it is touched, in huge pages where it is large. Throws where there is none.
 */
export function mapMemory(sizeBytes: number): MappedMemory {
  const mappedBytes = sizeBytes + hugePageRoomBytes(sizeBytes);
  const start = libc.mmap(null, mappedBytes, READ_AND_WRITE, PRIVATE_AND_ANONYMOUS, -1, 0n);
  // MAP_FAILED is the highest address there is.
  if (typeof start !== 'number' || start > Number.MAX_SAFE_INTEGER) {
    throw new Error(`no memory for ${sizeBytes} bytes of frames: ${errorInWords(errno())}`);
  }
  return { address: inHugePages(start, sizeBytes), unmap: () => void libc.munmap(start, mappedBytes) };
}

/** What memory of this size has to be larger by, so that it can begin and end on a huge page. What is not used is not touched. */
export function hugePageRoomBytes(sizeBytes: number): number {
  return sizeBytes >= HUGE_PAGE_BYTES ? 2 * HUGE_PAGE_BYTES : 0;
}

/**
 * Where memory of this size begins that is to lie in huge pages, with `hugePageRoomBytes` more behind `start`. From 2 MiB on it is
 * asked for in them: copying a frame through the page tables of a virtual machine, and handing its pages to a pipe, then take a
 * tenth less.
 */
export function inHugePages(start: number, sizeBytes: number): Pointer {
  if (sizeBytes < HUGE_PAGE_BYTES) return addressAt(start, 0);
  const address = addressAt(start, (HUGE_PAGE_BYTES - (start % HUGE_PAGE_BYTES)) % HUGE_PAGE_BYTES);
  // A kernel without huge pages refuses, and nothing is lost.
  libc.madvise(address, Math.ceil(sizeBytes / HUGE_PAGE_BYTES) * HUGE_PAGE_BYTES, MADV_HUGEPAGE);
  return address;
}

/** Gives the pages of memory back that somebody else maps and unmaps; what is in it is lost. Both are multiples of a page. */
export function giveBackPages(address: number, sizeBytes: number): void {
  libc.madvise(addressAt(address, 0), sizeBytes, MADV_DONTNEED);
}
