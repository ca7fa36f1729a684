import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { Folder } from '../support/folder.ts';
import { output } from '../support/video.ts';

// WebAssembly is compiled by Bun as it runs, on arm64 to NEON. `make test` has fetched that Bun, and qemu to run it.

const LIMIT_MS = 120_000;
const PROGRAM = join(import.meta.dir, 'kernel-bytes.ts');
const ARM64_BUN = join(import.meta.dir, '../../dist/arm64/bun');
const QEMU = ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu'];

test(
  'the kernel makes the same bytes on arm64, by emulation, as on this machine',
  async () => {
    using folder = new Folder();
    const executable = folder.file('kernel-bytes');
    const target = ['--target=bun-linux-arm64', `--compile-executable-path=${ARM64_BUN}`];
    await output(process.execPath, 'build', PROGRAM, '--compile', '--outfile', executable, ...target);
    const [, first, hot] = await words(process.execPath, PROGRAM);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(hot).toBe(first);
    expect(await words(...QEMU, executable)).toEqual(['arm64', first, hot]);
  },
  LIMIT_MS,
);

test.if(process.arch === 'x64')(
  'a processor without AVX, for which the runtime has no SIMD, makes the same bytes',
  async () => {
    const program = join(import.meta.dir, 'default-kernel.ts');
    const [, luma] = await words(process.execPath, program);
    const emulated = ['qemu-x86_64-static', '-cpu', 'Denverton', process.execPath, program];
    expect(await words(...emulated)).toEqual(['scalar', luma]);
  },
  LIMIT_MS,
);

async function words(...command: string[]): Promise<(string | undefined)[]> {
  return new TextDecoder()
    .decode(await output(...command))
    .trim()
    .split(' ');
}
