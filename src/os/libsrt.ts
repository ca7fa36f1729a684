import { existsSync } from 'node:fs';
import { messageOf } from '../base/errors.ts';
import { libsrtVersionNumber, startLibsrt, type Libsrt } from './libsrt-calls.ts';
import { libraryFault } from './libsrt-file.ts';

export type { Libsrt } from './libsrt-calls.ts';

/** The package to name to an operator, by Debian's name. */
const PACKAGE = 'libsrt1.5-gnutls';
/** What `SRT_TRACEBSTATS` looks like has been the same since 1.4.2; before that it differed. */
const OLDEST_VERSION = 0x01_04_02;

/** Debian's folders for libraries of one kind of processor (the multiarch triplet). */
const TRIPLETS: Readonly<Record<string, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};
/** Newest first; Debian names the library after what it encrypts with, others do not. */
const FILE_NAMES = ['1.5', '1.4', '1'].flatMap((version) =>
  ['libsrt-gnutls', 'libsrt-openssl', 'libsrt'].map((name) => `${name}.so.${version}`),
);

/** Where libsrt may be, the best first. Whole paths: a bare name would be looked for in the current directory, too. */
export const LIBSRT_CANDIDATES: readonly string[] = foldersOf(process.arch).flatMap((folder) =>
  FILE_NAMES.map((name) => `${folder}/${name}`),
);

/** What has become of the search. `reason` is for an operator, and says what to install. */
export type LoadedLibsrt =
  | { readonly kind: 'loaded'; readonly libsrt: Libsrt }
  | { readonly kind: 'missing' | 'unusable' | 'too-old'; readonly reason: string };

/** Loads the first of these libraries that exists and can be used; starts it, once for the whole program. Never throws. */
export function loadLibsrt(candidates: readonly string[] = LIBSRT_CANDIDATES): LoadedLibsrt {
  let failed: LoadedLibsrt | undefined;
  for (const path of candidates.filter((candidate) => existsSync(candidate))) {
    const loaded = loadOne(path);
    if (loaded.kind === 'loaded') return loaded;
    failed ??= loaded;
  }
  return failed ?? { kind: 'missing', reason: `libsrt is not installed: install the package ${PACKAGE}` };
}

const startedByPath = new Map<string, Libsrt>();

function loadOne(path: string): LoadedLibsrt {
  const started = startedByPath.get(path);
  if (started !== undefined) return { kind: 'loaded', libsrt: started };
  try {
    const fault = libraryFault(path);
    if (fault !== undefined) return unusable(path, fault);
    const versionNumber = libsrtVersionNumber(path);
    const version = versionText(versionNumber);
    if (versionNumber < OLDEST_VERSION) return tooOld(path, version);
    const libsrt = startLibsrt(path, version);
    startedByPath.set(path, libsrt);
    return { kind: 'loaded', libsrt };
  } catch (error) {
    return unusable(path, messageOf(error));
  }
}

function unusable(path: string, fault: string): LoadedLibsrt {
  return {
    kind: 'unusable',
    reason: `${path} cannot be used (${fault}): install the package ${PACKAGE} again`,
  };
}

function tooOld(path: string, version: string): LoadedLibsrt {
  const needed = versionText(OLDEST_VERSION);
  return {
    kind: 'too-old',
    reason: `${path} is libsrt ${version}, and ${needed} or later is needed: install the package ${PACKAGE}`,
  };
}

/** srt_getversion() has a byte each for major, minor and patch. */
function versionText(version: number): string {
  return [version >> 16, (version >> 8) & 0xff, version & 0xff].join('.');
}

function foldersOf(arch: string): readonly string[] {
  const triplet = TRIPLETS[arch];
  const multiarch = triplet === undefined ? [] : [`/usr/lib/${triplet}`];
  return [...multiarch, '/usr/lib64', '/usr/lib', '/usr/local/lib'];
}
