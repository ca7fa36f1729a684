import { readFileSync, readlinkSync } from 'node:fs';
import { addressAt, libc, MADV_DONTNEED } from './libc.ts';

/** The head of a mapping: from, to, rights, and the file behind it (proc_pid_smaps(5)). */
const HEAD = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) [0-9a-f]+ \S+ \d+ *(.*)$/;

interface Mapping {
  readonly address: number;
  readonly sizeBytes: number;
}

/** Libraries by their file names: those of the system, and libsrt with what it encrypts with. */
const LIBRARY = /\.so(?:\.\d+)*$/;

/**
 * Gives back what is resident of this program's own file and of its libraries: code and tables that only the start needed, and
 * the compilers of the runtime, make up two thirds of it. What is still needed comes back by itself out of the kernel's cache,
 * a few microseconds each. Does nothing where the kernel does not say what is resident.
 */
export function giveBackStartCode(): void {
  for (const { address, sizeBytes } of unchangedMappings()) {
    libc.madvise(addressAt(address, 0), sizeBytes, MADV_DONTNEED);
  }
}

/** Those of these files of which no page was ever written to: they can be read again from there. */
function unchangedMappings(): Mapping[] {
  try {
    const file = readlinkSync('/proc/self/exe');
    return mappingsOf(readFileSync('/proc/self/smaps', 'utf8'), file);
  } catch {
    return [];
  }
}

/** @param smaps the text of /proc/self/smaps */
export function mappingsOf(smaps: string, file: string): Mapping[] {
  const mappings: Mapping[] = [];
  let current: Mapping | undefined;
  for (const line of smaps.split('\n')) {
    const [head, from = '', to = '', rights = '', path] = HEAD.exec(line) ?? [];
    if (head !== undefined) {
      const [address, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)];
      const isCode = path === file || (path !== undefined && LIBRARY.test(path));
      const isOurs = isCode && rights.startsWith('r-') && rights.endsWith('p');
      current = isOurs ? { address, sizeBytes: end - address } : undefined;
    } else if (/^(?:Anonymous|Swap): +[1-9]/.test(line)) current = undefined;
    else if (current && line.startsWith('VmFlags:')) mappings.push(current);
  }
  return mappings;
}
