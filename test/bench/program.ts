import { EXECUTABLE } from '../support/builder.ts';

/** The program that is measured: the one that was built last, unless BENCH_PROGRAM names another one, an older one, say. */
export const PROGRAM = process.env['BENCH_PROGRAM'] ?? EXECUTABLE;

/** The settings that say where Redis is; the program's own default is another machine. */
export type RedisSettings =
  | { readonly SOCKET: string }
  | { readonly HOST: string; readonly PORT: string }
  | { readonly HOST: string; readonly PORT: string; readonly TLS: 'on'; readonly TLS_CA: string };

/** The program's variables for settings by their names without `COSMOS_VIDEO_`. */
export function programEnvironment(
  redis: RedisSettings,
  settings: Readonly<Record<string, string>>,
): Record<string, string> {
  const all = { FORMAT: 'gray16be', CODEC_PRESET: 'ultrafast', ...redis, ...settings };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [`COSMOS_VIDEO_${name}`, value]));
}
