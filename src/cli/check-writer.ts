import type { Destination, OutputSettings } from '../config/config.ts';
import { canBeLeftToFfmpeg } from '../config/destinations.ts';
import type { Libsrt, LoadedLibsrt } from '../os/libsrt.ts';
import { bad, good, type Finding } from './finding.ts';

/** Who writes the video to a destination. */
export type Writer =
  /** This program, by what every system has. */
  | { readonly kind: 'program' }
  /** This program, through libsrt. */
  | { readonly kind: 'libsrt'; readonly libsrt: Libsrt }
  /** ffmpeg itself; `lack`: since what this program needs for it is not there. */
  | { readonly kind: 'ffmpeg'; readonly lack?: string }
  /** Nobody, for as long as that is so. */
  | { readonly kind: 'nobody'; readonly lack: string; readonly doOthersGoOn: boolean };

/** A destination, and who writes to it. */
export interface WrittenDestination {
  readonly destination: Destination;
  readonly writer: Writer;
}

/**
 * Loads libsrt only where it is for a destination, and once; `load` is for tests. Never throws.
 * @returns those of the settings, in their order
 */
export async function writersOf(
  output: OutputSettings,
  load: () => Promise<LoadedLibsrt> = loadInstalled,
): Promise<readonly WrittenDestination[]> {
  let loaded: Promise<LoadedLibsrt> | undefined;
  const loadOnce = () => (loaded ??= load());
  const written = output.destinations.map(async (destination) => ({
    destination,
    writer: await writerOf(destination, output, loadOnce),
  }));
  return Promise.all(written);
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
    case 'nobody': {
      const others = writer.doOthersGoOn ? ', while the other outputs go on' : '';
      return [bad(`${writer.lack}; until then ${display} gets nothing${others}`)];
    }
  }
}

async function writerOf(
  destination: Destination,
  output: OutputSettings,
  load: () => Promise<LoadedLibsrt>,
): Promise<Writer> {
  switch (destination.kind) {
    case 'file':
    case 'udp':
      return { kind: 'program' };
    case 'url':
      return { kind: 'ffmpeg' };
    case 'srt':
      return destination.srt.mode === 'rendezvous' ? { kind: 'ffmpeg' } : srtWriter(await load(), output);
  }
}

/** ffmpeg can do it where nothing else is to be done with the video: it then does not come to this program. */
function srtWriter(outcome: LoadedLibsrt, output: OutputSettings): Writer {
  if (outcome.kind === 'loaded') return { kind: 'libsrt', libsrt: outcome.libsrt };
  const lack = outcome.reason;
  if (canBeLeftToFfmpeg(output)) return { kind: 'ffmpeg', lack };
  const doOthersGoOn = output.destinations.length > 1 || output.record !== undefined;
  return { kind: 'nobody', lack, doOthersGoOn };
}

async function loadInstalled(): Promise<LoadedLibsrt> {
  const { loadLibsrt } = await import('../os/libsrt.ts');
  return loadLibsrt();
}
