import type { Emit, OutputEvent } from '../../base/event.ts';
import { inTurn } from './folder-turns.ts';
import type { SegmentStore } from './segment-writer.ts';

/** What is needed to finish what earlier runs have left. */
export interface RecoverParts {
  readonly folder: SegmentStore;
  /** The folder as it was given. */
  readonly name: string;
  readonly emit: Emit<OutputEvent>;
}

/**
 * Finishes what earlier runs have left in the folder, and tells of it: for a service, before its first session. Rejects with a
 * `LinkError`: the first recording tries it again.
 */
export function recoverSegments(parts: RecoverParts): Promise<void> {
  return inTurn(parts.folder, () => recoverInTurn(parts));
}

/** The same for one whose turn it is. */
export async function recoverInTurn({ folder, name, emit }: RecoverParts): Promise<void> {
  const segments = await folder.recover();
  if (segments > 0) emit({ kind: 'segments-recovered', output: name, segments });
}
