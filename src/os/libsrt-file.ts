import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What every ELF file begins with, and what a 64-bit little-endian one goes on with (elf(5)). */
const MAGIC = [0x7f, 0x45, 0x4c, 0x46, 2, 1];
const HEADER_BYTES = 64;
/** Offsets in the ELF header of 64-bit files: where the section headers are, their size and their number. */
const [E_MACHINE, E_SHOFF, E_SHENTSIZE, E_SHNUM] = [18, 40, 58, 60];
/** EM_X86_64 and EM_AARCH64. */
const MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/**
 * What is wrong with a library's file that loading it could not bear: of one that was cut off, as by a full disk, the
 * system maps pages that are not there, and the first touch of them ends the program. Undefined where nothing is. The
 * headers of the sections stand at the end of the file. Throws where the file cannot be read.
 */
export function libraryFault(path: string): string | undefined {
  const fd = openSync(path, 'r');
  try {
    const view = new DataView(new ArrayBuffer(HEADER_BYTES));
    const isWhole = readSync(fd, view) === HEADER_BYTES;
    if (!isWhole || MAGIC.some((byte, index) => view.getUint8(index) !== byte)) return 'it is no library';
    if (view.getUint16(E_MACHINE, true) !== MACHINES[process.arch]) return 'it is for another processor';
    return fstatSync(fd).size < endOf(view) ? 'it is cut off' : undefined;
  } finally {
    closeSync(fd);
  }
}

function endOf(header: DataView): number {
  const headers = header.getUint16(E_SHENTSIZE, true) * header.getUint16(E_SHNUM, true);
  return Number(header.getBigUint64(E_SHOFF, true)) + headers;
}
