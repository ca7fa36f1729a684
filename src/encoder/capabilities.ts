import type { Destination } from '../config/config.ts';
import { runFfmpeg } from './run-ffmpeg.ts';

/** A destination, as far as it says what ffmpeg has to know. */
type Place = Pick<Destination, 'kind' | 'url'>;

/** What an ffmpeg can do of what we need. */
export interface Capabilities {
  /** Its first line, e.g. `ffmpeg version 5.1.9-0+deb12u1`. */
  readonly version: string;
  readonly hasLibx264: boolean;
  /** It can write to this kind of destination. */
  readonly hasProtocol: boolean;
}

/** Asks ffmpeg; throws the system's error where it cannot be started. */
export async function askCapabilities(ffmpeg: string, destination: Place): Promise<Capabilities> {
  const [version, encoders, protocols] = await Promise.all([
    runFfmpeg(ffmpeg, ['-version']),
    runFfmpeg(ffmpeg, ['-encoders']),
    runFfmpeg(ffmpeg, ['-protocols']),
  ]);
  return {
    version: /^.*version \S+/.exec(version.stdout)?.[0] ?? 'unknown version',
    hasLibx264: /^ V\S* +libx264 /m.test(encoders.stdout),
    hasProtocol: outputProtocols(protocols.stdout).includes(protocolOf(destination)),
  };
}

/** What ffmpeg calls the protocol of a destination. */
export function protocolOf(destination: Place): string {
  return destination.kind === 'file'
    ? 'file'
    : (/^[a-z0-9+.-]+/i.exec(destination.url)?.[0].toLowerCase() ?? 'file');
}

/** The list behind the heading `Output:`, one name a line. */
function outputProtocols(text: string): string[] {
  const [, output = ''] = text.split(/^Output:$/m);
  return output.split('\n').map((line) => line.trim());
}
