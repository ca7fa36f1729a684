import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { withoutLibsrt } from '../../support/without-libsrt.ts';
import { BENCH_FOLDER } from '../tools.ts';

/** Who writes to the SRT listener: the program, or the ffmpeg of the same program. */
export type Sender = 'ours' | 'ffmpeg';

export const SENDERS: readonly Sender[] = ['ffmpeg', 'ours'];

const HIDDEN = join(BENCH_FOLDER, 'without-libsrt.so');

/** Compiles what hides libsrt from the program; throws with the compiler's words if it fails. */
export async function compileHiding(): Promise<void> {
  mkdirSync(BENCH_FOLDER, { recursive: true });
  await withoutLibsrt(HIDDEN);
}

/** What makes the program leave the sending to `sender`. */
export function senderEnvironment(sender: Sender): Record<string, string> {
  return sender === 'ours' ? {} : { LD_PRELOAD: HIDDEN };
}
