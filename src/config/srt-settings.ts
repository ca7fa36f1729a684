import { decodeParameter, parameterOf, type Address } from './address.ts';
import type { SrtNumberName, SrtOption, SrtSettings, SrtTextName } from './config.ts';
import { withoutBrackets } from './host.ts';
import { cInteger, toInt32 } from './c-number.ts';

/** How a number of the address becomes libsrt's: as it is, from microseconds to milliseconds, or of 64 bits. */
type Unit = 'int' | 'us-to-ms' | 'int64';

interface NumberRule {
  readonly kind: 'number';
  readonly name: SrtNumberName;
  /** By which it may stand in the address; where several do, the first of these counts. */
  readonly parameters: readonly string[];
  readonly unit: Unit;
  /** `auto`: hexadecimal after 0x, octal after 0. */
  readonly base: 'ten' | 'auto';
  /** A smaller number counts as not given. */
  readonly least: number;
  /** Words that stand for a number. */
  readonly words: Readonly<Record<string, bigint>>;
}

interface TextRule {
  readonly kind: 'text';
  readonly name: SrtTextName;
  readonly parameter: string;
  /** Whether `%XX` is a byte, too, as in what we hand to ffmpeg in another way than by the address. */
  readonly isEncoded: boolean;
}

/** ffmpeg's names for seven packets of MPEG-TS and for the most that SRT takes, in bytes. Before ffmpeg 8 they count as 0 in an address. */
const PAYLOAD_SIZES = { ts_size: 1316n, max_size: 1456n } as const;

/**
 * All that ffmpeg's srt:// addresses set (libavformat/libsrt.c, 5.1 to 7.1), in the order in which it sets them: the first
 * one resets others, and `latency` stands for two of those behind it. `linger` is not among them: how long is waited for
 * what was not sent is for whoever closes, and libsrt's own waiting would hold up the end of the program.
 */
const RULES: readonly (NumberRule | TextRule)[] = [
  number('maxbw', { unit: 'int64', base: 'auto' }),
  number('pbkeylen'),
  { kind: 'text', name: 'passphrase', parameter: 'passphrase', isEncoded: true },
  number('enforcedencryption', { parameters: ['enforced_encryption'] }),
  number('kmrefreshrate'),
  number('kmpreannounce'),
  // -1 means that nothing is dropped by the sender.
  number('snddropdelay', { unit: 'us-to-ms', least: -1 }),
  number('mss'),
  number('fc', { parameters: ['ffs'] }),
  number('ipttl'),
  number('iptos'),
  number('latency', { parameters: ['tsbpddelay', 'latency'], unit: 'us-to-ms' }),
  number('rcvlatency', { unit: 'us-to-ms' }),
  number('peerlatency', { unit: 'us-to-ms' }),
  number('tlpktdrop'),
  number('nakreport'),
  number('conntimeo', { parameters: ['connect_timeout'] }),
  number('sndbuf'),
  number('rcvbuf'),
  number('lossmaxttl'),
  number('minversion', { base: 'auto' }),
  { kind: 'text', name: 'streamid', parameter: 'streamid', isEncoded: true },
  { kind: 'text', name: 'congestion', parameter: 'smoother', isEncoded: false },
  number('messageapi'),
  number('payloadsize', { parameters: ['payload_size', 'pkt_size'], words: PAYLOAD_SIZES }),
  number('tsbpdmode', { parameters: ['tsbpd'] }),
  number('inputbw', { unit: 'int64' }),
  number('oheadbw'),
];

/** SRTT_LIVE and SRTT_FILE (srtcore/srt.h). */
const TRANSMISSION_TYPES: Readonly<Record<string, number>> = { live: 0, file: 1 };
const US_PER_MS = 1000;
/** Those that are not in `RULES`; `linger` has no effect. */
const OTHER_PARAMETERS = ['mode', 'timeout', 'transtype', 'linger'];
const PLAIN_PARAMETERS: ReadonlySet<string> = new Set([
  ...OTHER_PARAMETERS,
  ...RULES.flatMap((rule) => {
    if (rule.kind === 'number') return rule.parameters;
    return rule.isEncoded ? [] : [rule.parameter];
  }),
]);

/** Whether a parameter of an srt:// address is one that is known, and whose value is no secret. */
export function isPlainSrtParameter(name: string): boolean {
  return PLAIN_PARAMETERS.has(name);
}

/** An srt:// address without faults, with the meaning that ffmpeg gives it. */
export function srtSettings(address: Address): SrtSettings {
  const { parameters, host, port } = address;
  const timeoutUs = numberOf(parameters, 'timeout', { base: 'ten', words: {} });
  return {
    mode: modeOf(parameters),
    host: withoutBrackets(host),
    port: Number(port),
    options: [...transmissionOptions(parameters), ...RULES.flatMap((rule) => optionOf(parameters, rule))],
    ...(timeoutUs !== undefined && timeoutUs >= 0n && { openLimitMs: Number(timeoutUs) / US_PER_MS }),
  };
}

/** The same with a latency, of which they must have none yet. */
export function withLatency(settings: SrtSettings, latencyMs: number): SrtSettings {
  const option: SrtOption = { parameter: 'latency', name: 'latency', value: latencyMs };
  const [first, rest] = [
    settings.options.filter(isFirst),
    settings.options.filter((other) => !isFirst(other)),
  ];
  return { ...settings, options: [...first, option, ...rest] };
}

/** The transmission type resets others, the latency among them. */
function isFirst({ name }: SrtOption): boolean {
  return name === 'transtype';
}

function number(name: SrtNumberName, rule: Partial<NumberRule> = {}): NumberRule {
  return { kind: 'number', name, parameters: [name], unit: 'int', base: 'ten', least: 0, words: {}, ...rule };
}

function modeOf(parameters: readonly string[]): SrtSettings['mode'] {
  const mode = parameterOf(parameters, 'mode');
  return mode === 'listener' || mode === 'rendezvous' ? mode : 'caller';
}

function transmissionOptions(parameters: readonly string[]): SrtOption[] {
  const value = TRANSMISSION_TYPES[parameterOf(parameters, 'transtype') ?? ''];
  return value === undefined ? [] : [{ parameter: 'transtype', name: 'transtype', value }];
}

function optionOf(parameters: readonly string[], rule: NumberRule | TextRule): SrtOption[] {
  return rule.kind === 'text' ? textOption(parameters, rule) : numberOption(parameters, rule);
}

function textOption(parameters: readonly string[], { name, parameter, isEncoded }: TextRule): SrtOption[] {
  const text = parameterOf(parameters, parameter);
  const value = isEncoded ? decodeParameter(text ?? '') : text?.replaceAll('+', ' ');
  return text === undefined || value === undefined ? [] : [{ parameter, name, value }];
}

function numberOption(parameters: readonly string[], rule: NumberRule): SrtOption[] {
  for (const parameter of rule.parameters) {
    const read = numberOf(parameters, parameter, rule);
    if (read === undefined) continue;
    return read < BigInt(rule.least) ? [] : [{ parameter, name: rule.name, value: inUnit(read, rule.unit) }];
  }
  return [];
}

/** With its `+` as a space, as ffmpeg reads the address. */
function numberOf(
  parameters: readonly string[],
  name: string,
  { base, words }: Pick<NumberRule, 'base' | 'words'>,
): bigint | undefined {
  const text = parameterOf(parameters, name);
  if (text === undefined) return undefined;
  return Object.hasOwn(words, text) ? words[text] : cInteger(text.replaceAll('+', ' '), base);
}

function inUnit(read: bigint, unit: Unit): number {
  switch (unit) {
    case 'int':
      return toInt32(read);
    case 'us-to-ms':
      return read < 0n ? Number(read) : toInt32(read / BigInt(US_PER_MS));
    case 'int64':
      // Beyond that a number is not exact any more, and there is no such bandwidth.
      return Math.min(Number(read), Number.MAX_SAFE_INTEGER);
  }
}
