import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/**
 * The text of a file that has to be an ordinary one and no larger than `mostBytes`. Anything else (a FIFO, a device, a
 * folder) is refused without waiting for it: reading a FIFO that nobody writes into would never end. Throws an
 * `UnfitFileError` for those, and the system's own error where the file cannot be opened or read.
 */
export function readRegularFile(path: string, mostBytes: number): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(fd).isFile()) throw new UnfitFileError('it is no regular file');
    // One more byte than may be there; what fstat says of the size need not hold by the time of reading.
    const bytes = Buffer.alloc(mostBytes + 1);
    let sizeBytes = 0;
    for (let readBytes = -1; readBytes !== 0 && sizeBytes < bytes.length; sizeBytes += readBytes) {
      readBytes = readSync(fd, bytes, sizeBytes, bytes.length - sizeBytes, null);
    }
    if (sizeBytes > mostBytes) throw new UnfitFileError(`it has more than ${mostBytes} bytes`);
    return bytes.toString('utf8', 0, sizeBytes);
  } finally {
    closeSync(fd);
  }
}

/** A file that is there, but is none of the kind or size that can be read. */
export class UnfitFileError extends Error {}
