import { ConfigError } from '../base/errors.ts';
import { parameterOf, splitAddress } from './address.ts';
import type { Config, Destination, RedisConfig, SourceConfig } from './config.ts';
import type { Setting } from './setting.ts';
import {
  certainValue,
  givenText,
  settingFaults,
  settingValue,
  type Flags,
  type Inputs,
  type Variables,
} from './setting-reader.ts';
import { ALL_SETTINGS, SETTINGS } from './settings.ts';
import { srtLatencyUs, withSrtLatency } from './srt-destination.ts';
import { variableWarnings } from './variable-warnings.ts';

/** Settings that are all good, deeply frozen, and what the operator should nevertheless be told, a sentence each. */
export interface Parsed<T> {
  readonly config: T;
  readonly warnings: readonly string[];
}

/** What the command `source` reads; it needs no destination, and faults in what it does not read do not stop it. */
const SOURCE_SETTINGS: readonly Setting[] = [
  ...ALL_SETTINGS.filter((setting) => setting.group === 'Redis'),
  SETTINGS.stream,
  SETTINGS.key,
  SETTINGS.pixelFormat,
  SETTINGS.resolution,
  SETTINGS.frameRate,
  SETTINGS.ffmpeg,
  SETTINGS.logLevel,
];

/**
 * All settings from the environment and from flags (as `parseCommandLine` gives them); a flag wins over its variable.
 * @throws ConfigError with every fault. No secret stands in a fault or warning, and a destination only as it may be shown.
 */
export function parseConfig(variables: Variables, flags: Flags): Parsed<Config> {
  const inputs = { variables, flags };
  throwFaults(ALL_SETTINGS, inputs);
  const warnings = [...variableWarnings(variables), ...redisWarnings(inputs), ...destinationWarnings(inputs)];
  return deeplyFrozen({ config: configOf(inputs), warnings });
}

/** The settings that the command `source` needs, in the same way as `parseConfig`. */
export function parseSourceConfig(variables: Variables, flags: Flags): Parsed<SourceConfig> {
  const inputs = { variables, flags };
  throwFaults(SOURCE_SETTINGS, inputs);
  const warnings = [...variableWarnings(variables), ...redisWarnings(inputs)];
  return deeplyFrozen({ config: sourceConfigOf(inputs), warnings });
}

function throwFaults(settings: readonly Setting[], inputs: Inputs): void {
  const faults = settings.flatMap((setting) => settingFaults(setting, inputs));
  faults.push(...redisFaults(inputs), ...readerFaults(inputs));
  if (faults.length > 0) throw new ConfigError(faults, variableWarnings(inputs.variables));
}

/** TLS is the runtime's; what moves frames directly speaks to the socket itself. */
function readerFaults(inputs: Inputs): string[] {
  const isBoth =
    settingValue(SETTINGS.reader, inputs) === 'direct' && settingValue(SETTINGS.tls, inputs) === true;
  const [reader, tls] = [labelOf(SETTINGS.reader, inputs), labelOf(SETTINGS.tls, inputs)];
  return isBoth
    ? [`${reader} is "direct" while ${tls} is "on": with TLS it has to be "auto" or "ioredis"`]
    : [];
}

function redisFaults(inputs: Inputs): string[] {
  const isBoth =
    settingValue(SETTINGS.tls, inputs) === true && settingValue(SETTINGS.socket, inputs) !== undefined;
  const [socket, tls] = [labelOf(SETTINGS.socket, inputs), labelOf(SETTINGS.tls, inputs)];
  return isBoth
    ? [`${tls} is "on" while ${socket} is set: TLS is not for a unix socket; leave out one of them`]
    : [];
}

function redisWarnings(inputs: Inputs): string[] {
  const warnings: string[] = [];
  if (isGiven(SETTINGS.tlsCa, inputs) && settingValue(SETTINGS.tls, inputs) !== true) {
    warnings.push(`${labelOf(SETTINGS.tlsCa, inputs)} has no effect while ${SETTINGS.tls.variable} is off`);
  }
  if (isGiven(SETTINGS.socket, inputs)) {
    const unused = [SETTINGS.host, SETTINGS.port].filter((setting) => isGiven(setting, inputs));
    const reason = `${labelOf(SETTINGS.socket, inputs)} is used instead`;
    warnings.push(...unused.map((setting) => `${labelOf(setting, inputs)} has no effect: ${reason}`));
  }
  return warnings;
}

function destinationWarnings(inputs: Inputs): string[] {
  const destination = certainValue(SETTINGS.destination, inputs);
  return [
    ...latencyWarnings(destination, inputs),
    ...addressLatencyWarnings(destination),
    ...openPassphraseWarnings(inputs),
  ];
}

function latencyWarnings(destination: Destination, inputs: Inputs): string[] {
  const [latencyMs, label] = [
    settingValue(SETTINGS.srtLatencyMs, inputs),
    labelOf(SETTINGS.srtLatencyMs, inputs),
  ];
  if (latencyMs === undefined) return [];
  if (destination.kind !== 'srt')
    return [`${label} has no effect: ${destination.display} is not an srt:// address`];
  const isUsed = withSrtLatency(destination, latencyMs) !== destination;
  return isUsed ? [] : [`${label} has no effect: the address of the destination has a latency already`];
}

/** ffmpeg counts the latency of an address in microseconds and rounds down to milliseconds; many write milliseconds. */
function addressLatencyWarnings(destination: Destination): string[] {
  const latencyUs = srtLatencyUs(destination) ?? 0;
  if (latencyUs === 0 || latencyUs >= 1000) return [];
  const { variable } = SETTINGS.srtLatencyMs;
  return [
    `latency=${latencyUs} in ${SETTINGS.destination.variable} counts as 0: ffmpeg reads microseconds there; ` +
      `for milliseconds set ${variable}=${latencyUs} instead`,
  ];
}

function openPassphraseWarnings(inputs: Inputs): string[] {
  const given = givenText(SETTINGS.destination, inputs);
  const parameters = splitAddress(given?.text ?? '')?.parameters ?? [];
  if (given?.isFlag !== true || parameterOf(parameters, 'passphrase') === undefined) return [];
  return [
    `every user of this machine can read the passphrase in ${given.label}: set the variable instead of the flag`,
  ];
}

function configOf(inputs: Inputs): Config {
  const destination = certainValue(SETTINGS.destination, inputs);
  const tune = certainValue(SETTINGS.tune, inputs);
  const maxBitrateBps = settingValue(SETTINGS.maxBitrateBps, inputs);
  const srtLatencyMs = settingValue(SETTINGS.srtLatencyMs, inputs);
  return {
    ...sourceConfigOf(inputs),
    method: certainValue(SETTINGS.method, inputs),
    preset: certainValue(SETTINGS.preset, inputs),
    destination: srtLatencyMs === undefined ? destination : withSrtLatency(destination, srtLatencyMs),
    maxDelayMs: certainValue(SETTINGS.maxDelayMs, inputs),
    trimAfterMs: certainValue(SETTINGS.trimAfterMs, inputs),
    idleTimeoutMs: certainValue(SETTINGS.idleTimeoutMs, inputs),
    keyframeIntervalS: certainValue(SETTINGS.keyframeIntervalS, inputs),
    ...(tune === 'none' ? {} : { tune }),
    crf: certainValue(SETTINGS.quality, inputs),
    ...(maxBitrateBps === undefined ? {} : { maxBitrateBps }),
    ...(srtLatencyMs === undefined ? {} : { srtLatencyMs }),
    reader: certainValue(SETTINGS.reader, inputs),
    statsIntervalMs: certainValue(SETTINGS.statsIntervalMs, inputs),
  };
}

function sourceConfigOf(inputs: Inputs): SourceConfig {
  return {
    redis: redisConfigOf(inputs),
    stream: certainValue(SETTINGS.stream, inputs),
    key: certainValue(SETTINGS.key, inputs),
    pixelFormat: certainValue(SETTINGS.pixelFormat, inputs),
    ...certainValue(SETTINGS.resolution, inputs),
    frameRate: certainValue(SETTINGS.frameRate, inputs),
    ffmpeg: certainValue(SETTINGS.ffmpeg, inputs),
    logLevel: certainValue(SETTINGS.logLevel, inputs),
  };
}

function redisConfigOf(inputs: Inputs): RedisConfig {
  const socket = settingValue(SETTINGS.socket, inputs);
  const username = settingValue(SETTINGS.username, inputs);
  const password = settingValue(SETTINGS.password, inputs);
  const tlsCa = settingValue(SETTINGS.tlsCa, inputs);
  return {
    host: certainValue(SETTINGS.host, inputs),
    port: certainValue(SETTINGS.port, inputs),
    ...(socket === undefined ? {} : { socket }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    db: certainValue(SETTINGS.db, inputs),
    tls: certainValue(SETTINGS.tls, inputs),
    ...(tlsCa === undefined ? {} : { tlsCa }),
  };
}

function isGiven(setting: Setting, inputs: Inputs): boolean {
  return givenText(setting, inputs) !== undefined;
}

function labelOf(setting: Setting, inputs: Inputs): string {
  return givenText(setting, inputs)?.label ?? setting.variable;
}

function deeplyFrozen<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) deeplyFrozen(part);
  }
  return Object.freeze(value);
}
