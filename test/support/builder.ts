import { join } from 'node:path';
import { Child } from './child.ts';

/** The executable as it is shipped; `make test` builds it first, and unit tests have none. */
export const EXECUTABLE =
  process.env['TEST_EXECUTABLE'] ?? join(import.meta.dir, '../../dist/cosmos-video-builder');

export const SMALL = { pixelFormat: 'gray16be', widthPx: 320, heightPx: 240 } as const;

/** Starts the program with small pictures and a fast preset; `settings` are names without `COSMOS_VIDEO_`. */
export function startBuilder(settings: Readonly<Record<string, string>>, ...args: string[]): Child {
  return new Child([EXECUTABLE, ...args], { env: environment(settings) });
}

/** Settings by their names without `COSMOS_VIDEO_`, as the program reads them, with those of small pictures. */
export function environment(settings: Readonly<Record<string, string>>): Record<string, string> {
  const all = {
    HOST: '127.0.0.1',
    RESOLUTION: `${SMALL.widthPx}x${SMALL.heightPx}`,
    FORMAT: SMALL.pixelFormat,
    CODEC_PRESET: 'ultrafast',
    ...settings,
  };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [`COSMOS_VIDEO_${name}`, value]));
}
