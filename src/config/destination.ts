import * as v from 'valibot';
import { addressSecretFaults, withoutAddressSecrets } from './address-secrets.ts';
import { joinAddress, shownAddress, splitAddress, type Address } from './address.ts';
import type { Destination } from './config.ts';
import { isHost } from './host.ts';
import type { TextSchema } from './setting.ts';
import { isSrtListener, srtFaults, withoutSecrets } from './srt-destination.ts';
import { srtSettings } from './srt-settings.ts';
import { lineSchema } from './text-schemas.ts';
import { udpFaults, udpSettings } from './udp-address.ts';

/** What ffmpeg can write plain MPEG-TS to by an address, and whether one needs a port. */
const NEEDS_PORT: Readonly<Record<string, boolean>> = {
  srt: true,
  udp: true,
  tcp: true,
  tls: true,
  rist: true,
  http: false,
  https: false,
};
const OTHER_SCHEMES = Object.keys(NEEDS_PORT).slice(1).join(', ');
const ALLOWED = `must be srt://HOST:PORT, another address (${OTHER_SCHEMES}) or a file path`;
const MAX_PORT = 65_535;

/**
 * Where the video goes: an address that ffmpeg can write MPEG-TS to, or a file. Faults never hold a part of the text that
 * could be secret. All faults of an address are given, not the first alone.
 */
export const destinationSchema: TextSchema<Destination> = v.pipe(
  lineSchema,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const address = splitAddress(dataset.value);
    const isAddress = address !== undefined && address.scheme !== 'file';
    const faults = isAddress ? addressFaults(address) : fileFaults(dataset.value);
    if (faults.length === 0) return isAddress ? addressDestination(address) : fileDestination(dataset.value);
    for (const message of faults) addIssue({ message });
    return NEVER;
  }),
);

function addressDestination(address: Address): Destination {
  const display = shownAddress(address);
  if (address.scheme === 'udp') return udpDestination(address, display);
  if (address.scheme !== 'srt') return otherDestination(address, display);
  const { address: open, secretOptions } = withoutSecrets(address);
  return { kind: 'srt', url: joinAddress(open), display, secretOptions, srt: srtSettings(address) };
}

/** What we have no option for is ffmpeg's to write. */
function udpDestination(address: Address, display: string): Destination {
  const udp = udpSettings(address);
  const rest = { url: joinAddress(address), display, secretOptions: {} };
  return udp ? { ...rest, kind: 'udp', udp } : { ...rest, kind: 'url' };
}

function otherDestination(address: Address, display: string): Destination {
  const { address: open, secretOptions } = withoutAddressSecrets(address);
  return { kind: 'url', url: joinAddress(open), display, secretOptions };
}

/** A path that begins with `-` would be an option to ffmpeg. */
function fileDestination(text: string): Destination {
  const url = text.startsWith('-') ? `./${text}` : text;
  return { kind: 'file', url, display: text, secretOptions: {} };
}

function fileFaults(text: string): string[] {
  if (isStandardOutput(text))
    return ['must not be standard output, which carries no video; give an address or a file'];
  // Not that a file could not be named so, but it is far more likely an address, and with a passphrase in it.
  if (text.includes('?')) return [`${ALLOWED}, the path without a question mark`];
  const scheme = /^([a-z0-9+.-]+):/i.exec(text)?.[1];
  if (scheme === undefined || /^file:[^]*[^/]$/.test(text)) return [];
  const hint = Object.hasOwn(NEEDS_PORT, scheme.toLowerCase()) ? ` (after ${scheme}: there must be //)` : '';
  return [`${ALLOWED}${hint}; a path with a colon is written with ./ before it`];
}

function isStandardOutput(text: string): boolean {
  const path = text.replace(/^file:(?:\/\/)?/i, '');
  return /^(?:-$|(?:pipe|fd):|\/dev\/(?:std(?:in|out|err)$|fd\/)|\/proc\/self\/fd\/)/i.test(path);
}

function addressFaults(address: Address): string[] {
  if (address.scheme === 'pipe' || address.scheme === 'fd') return fileFaults(`${address.scheme}:`);
  if (address.scheme === 'rtp') return ['must not be rtp://, which takes no plain MPEG-TS; udp:// does'];
  if (!Object.hasOwn(NEEDS_PORT, address.scheme)) return [ALLOWED];
  return [
    ...hostFaults(address),
    ...portFaults(address, NEEDS_PORT[address.scheme] === true),
    ...(address.scheme === 'srt' ? srtFaults(address) : addressSecretFaults(address)),
    ...(address.scheme === 'udp' ? udpFaults(address) : []),
  ];
}

function hostFaults(address: Address): string[] {
  if (address.host === '' && isSrtListener(address)) return [];
  if (isHost(address.host)) return [];
  return [`must have a host after ${address.scheme}://, an IPv6 address in brackets`];
}

function portFaults({ scheme, port }: Address, isNeeded: boolean): string[] {
  if (port === '' && !isNeeded) return [];
  const isPort = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= MAX_PORT;
  return isPort ? [] : [`must have a port from 1 to ${MAX_PORT}, e.g. ${scheme}://video.example:9000`];
}
