import { expect, test } from 'bun:test';
import { readFileSync, readlinkSync } from 'node:fs';
import { giveBackStartCode, mappingsOf } from '../../src/os/start-code.ts';

const FILE = '/usr/bin/program';
const SMAPS = `
00200000-01a39000 r--p 00000000 fe:00 2146444                            ${FILE}
Size:              24804 kB
Rss:                7332 kB
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd mr mw me
01a40000-0684a000 r-xp 01838000 fe:00 2146444                            ${FILE}
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd mr mw me
0684a000-0685f000 r--p 06642000 fe:00 2146444                            ${FILE}
Anonymous:            84 kB
Swap:                  0 kB
VmFlags: rd mr
06867000-06af7000 rw-p 06657000 fe:00 2146444                            ${FILE}
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd mr mw me
7f9f00000000-7f9f00001000 r-xp 00000000 fe:00 77                         /usr/lib/libsrt-gnutls.so.1.5.1
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd mr mw me
7f9f00001000-7f9f00002000 r--p 00000000 fe:00 78                         /usr/lib/locale/C.utf8/LC_CTYPE
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd mr mw me
7f9f00002000-7f9f00003000 rw-p 00000000 00:00 0
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd mr mw me
`;

test('only what is mapped of the file itself and of libraries, cannot be written to, and never was, can be given back', () => {
  expect(mappingsOf(SMAPS, FILE)).toEqual([
    { address: 0x200000, sizeBytes: 0x1839000 },
    { address: 0x1a40000, sizeBytes: 0x4e0a000 },
    { address: 0x7f9f00000000, sizeBytes: 0x1000 },
  ]);
});

test('what is resident of the own file gets less, and the program goes on', () => {
  const file = readlinkSync('/proc/self/exe');
  const before = residentKib(file);
  giveBackStartCode();
  expect(residentKib(file)).toBeLessThan(before * 0.9);
  expect([3, 1, 2].toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
});

/** Of the mappings of this file, by the kernel's own count. */
function residentKib(file: string): number {
  const parts = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  const ofFile = parts.filter((part) => part.split('\n', 1)[0]?.endsWith(file));
  return ofFile.reduce((sum, part) => sum + Number(/^Rss: +(\d+)/m.exec(part)?.[1]), 0);
}
