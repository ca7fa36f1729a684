import type { Destination } from '../config/config.ts';
import type { Libsrt, LoadedLibsrt } from '../os/libsrt.ts';
import { bad, good, type Finding } from './finding.ts';

/** Who writes the video to the destination. */
export type Writer =
  /** This program, by what every system has. */
  | { readonly kind: 'program' }
  /** This program, through libsrt. */
  | { readonly kind: 'libsrt'; readonly libsrt: Libsrt }
  /** ffmpeg itself; `lack`: since what this program needs for it is not there. */
  | { readonly kind: 'ffmpeg'; readonly lack?: string };

/** Loads libsrt only where it is for the destination; `load` is for tests. Never throws. */
export async function writerOf(
  destination: Destination,
  load: () => Promise<LoadedLibsrt> = loadInstalled,
): Promise<Writer> {
  switch (destination.kind) {
    case 'file':
    case 'udp':
      return { kind: 'program' };
    case 'url':
      return { kind: 'ffmpeg' };
    case 'srt':
      return destination.srt.mode === 'rendezvous' ? { kind: 'ffmpeg' } : srtWriter(await load());
  }
}

/** Which libsrt is used, or why none is; nothing where none is wanted. */
export function writerFindings(writer: Writer, display: string): Finding[] {
  switch (writer.kind) {
    case 'program':
      return [];
    case 'libsrt':
      return [good(`libsrt ${writer.libsrt.version} carries the video (${writer.libsrt.path})`)];
    case 'ffmpeg':
      return writer.lack === undefined
        ? []
        : [bad(`${writer.lack}; until then ffmpeg writes to ${display} itself`)];
  }
}

function srtWriter(outcome: LoadedLibsrt): Writer {
  return outcome.kind === 'loaded'
    ? { kind: 'libsrt', libsrt: outcome.libsrt }
    : { kind: 'ffmpeg', lack: outcome.reason };
}

async function loadInstalled(): Promise<LoadedLibsrt> {
  const { loadLibsrt } = await import('../os/libsrt.ts');
  return loadLibsrt();
}
