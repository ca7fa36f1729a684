import {
  decodeParameter,
  joinAddress,
  parameterName,
  parameterOf,
  splitAddress,
  type Address,
} from './address.ts';
import type { Destination } from './config.ts';
import { nearestName } from './nearest-name.ts';
import { withLatency } from './srt-settings.ts';

/** Lengths in bytes, both included. libsrt would take 79 bytes of passphrase, but ffmpeg documents 10 to 64. */
const SECRET_LENGTHS = { passphrase: [10, 64], streamid: [1, 512] } as const;
type SecretName = keyof typeof SECRET_LENGTHS;
const SECRET_NAMES = ['passphrase', 'streamid'] as const satisfies SecretName[];

const MODES: ReadonlySet<string> = new Set(['caller', 'listener', 'rendezvous']);
/** Both mean the same to ffmpeg, which takes the first of these where both are there. */
const LATENCY_NAMES = ['tsbpddelay', 'latency'];
const US_PER_MS = 1000;

/** The address as ffmpeg may have it on its command line, and what it has to get in another way. */
export interface SrtSecrets {
  readonly address: Address;
  readonly secretOptions: Readonly<Record<string, string>>;
}

/**
 * Takes passphrase and stream id out of an SRT address. Both are decoded: `+` is a space and `%XX` a byte, so that they
 * may hold any character. (ffmpeg 5 itself decodes the `+` alone.)
 */
export function withoutSecrets(address: Address): SrtSecrets {
  const secretOptions: Record<string, string> = {};
  for (const parameter of address.parameters.filter(isSecretParameter)) {
    const name = parameterName(parameter);
    secretOptions[name] ??= decodeParameter(parameter.slice(name.length + 1)) ?? '';
  }
  const parameters = address.parameters.filter((parameter) => !isSecretParameter(parameter));
  return { address: { ...address, parameters }, secretOptions };
}

/** What is wrong with the parts that only an SRT address has; nothing said holds any of their values. */
export function srtFaults({ parameters, path, userInfo }: Address): string[] {
  const mode = parameterOf(parameters, 'mode') ?? 'caller';
  return [
    ...(userInfo === '' ? [] : ['must have no user and password: SRT has passphrase and streamid instead']),
    ...(/^\/?$/.test(path)
      ? []
      : ['must have its parameters right after the port, the first after a question mark']),
    ...(MODES.has(mode) ? [] : ['must have mode=caller, mode=listener or mode=rendezvous']),
    ...SECRET_NAMES.flatMap((name) => secretFaults(parameters, name)),
    ...parameters.flatMap(misspeltFaults),
    // Whoever puts a comma between two addresses would else get one with a long secret.
    ...(parameters.some((parameter) => parameter.includes('://'))
      ? [
          'must have no address in its parameters: there is a space between two destinations (%3A stands for a colon)',
        ]
      : []),
  ];
}

/** Whether this end waits to be called, so that the address needs no host. */
export function isSrtListener(address: Address): boolean {
  return address.scheme === 'srt' && parameterOf(address.parameters, 'mode') === 'listener';
}

/** The latency that stands in the address itself, and by which name; undefined if none does or it is no number. */
export function srtLatency(destination: Destination): { parameter: string; latencyUs: number } | undefined {
  const found = givenLatency(destination);
  return found && /^\d+$/.test(found.text)
    ? { parameter: found.parameter, latencyUs: Number(found.text) }
    : undefined;
}

/** The SRT destination with this latency, unless its address has one already; any other destination as it is. */
export function withSrtLatency(destination: Destination, latencyMs: number): Destination {
  const address = splitAddress(destination.url);
  if (destination.kind !== 'srt' || address === undefined || givenLatency(destination)) return destination;
  const parameters = [...address.parameters, `latency=${latencyMs * US_PER_MS}`];
  return {
    ...destination,
    url: joinAddress({ ...address, parameters }),
    srt: withLatency(destination.srt, latencyMs),
  };
}

function givenLatency(destination: Destination): { parameter: string; text: string } | undefined {
  const parameters = splitAddress(destination.url)?.parameters ?? [];
  const [found] = LATENCY_NAMES.flatMap((parameter) => {
    const text = parameterOf(parameters, parameter);
    return text === undefined ? [] : [{ parameter, text }];
  });
  return destination.kind === 'srt' ? found : undefined;
}

function isSecretParameter(parameter: string): boolean {
  return isSecretName(parameterName(parameter));
}

function isSecretName(name: string): name is SecretName {
  return Object.hasOwn(SECRET_LENGTHS, name);
}

function secretFaults(parameters: readonly string[], name: SecretName): string[] {
  const values = parameters.filter((parameter) => parameterName(parameter) === name);
  if (values.length > 1) return [`must have ${name} only once`];
  return values.flatMap((value) => secretFault(name, decodeParameter(value.slice(name.length + 1))) ?? []);
}

function secretFault(name: SecretName, value: string | undefined): string | undefined {
  const [min, max] = SECRET_LENGTHS[name];
  if (value === undefined) return `must have a ${name} that is UTF-8 once its %XX are decoded`;
  if (/\p{Cc}/u.test(value)) return `must have a ${name} without line breaks and other control characters`;
  const sizeBytes = new TextEncoder().encode(value).length;
  if (sizeBytes >= min && sizeBytes <= max) return undefined;
  return `must have a ${name} of ${min} to ${max} characters (it has ${sizeBytes}), or none`;
}

/** A misspelt `passphrase` would be passed over by ffmpeg: the video unencrypted, the secret in its arguments. */
function misspeltFaults(parameter: string): string[] {
  const name = parameterName(parameter);
  const meant = nearestName(name.toLowerCase(), SECRET_NAMES);
  if (meant === undefined || isSecretName(name)) return [];
  return [`must have its ${meant} spelt ${meant}, in small letters`];
}
