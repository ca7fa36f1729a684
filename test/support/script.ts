import { chmodSync, writeFileSync } from 'node:fs';
import type { Folder } from './folder.ts';

/** Writes a shell script that stands in for ffmpeg, and gives its path. */
export function script(folder: Folder, name: string, body: string): string {
  const path = folder.file(name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}
