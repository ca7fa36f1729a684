import type { StreamEntry } from '../base/stream-entry.ts';
import { abortable } from '../base/abortable.ts';
import type { StreamConnection } from './stream-connection.ts';

/** What is not handed out as a frame gives its memory back. */
export function releaseEntry(entry: StreamEntry | undefined, connection: StreamConnection): void {
  if (entry?.kind === 'frame') connection.release(entry.pixels);
}

/** A read whose entry gives its memory back when nobody waits for it any more. */
export function abortableRead(
  reading: Promise<StreamEntry | undefined>,
  connection: StreamConnection,
  signal: AbortSignal,
): Promise<StreamEntry | undefined> {
  return abortable(reading, signal).catch((error: unknown) => {
    reading.then((late) => releaseEntry(late, connection)).catch(() => {});
    throw error;
  });
}
