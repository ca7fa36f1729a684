import { ConfigError } from '../base/errors.ts';
import type { Config, EncoderSettings, FormatSettings, SourceSettings, TestSourceConfig } from './config.ts';
import { levelsFaults, levelsWarnings } from './levels-checks.ts';
import { nameWarnings } from './name-warnings.ts';
import { outputFaults, outputSettings, outputWarnings } from './output-checks.ts';
import type { Setting } from './setting.ts';
import {
  isGiven,
  labelOf,
  sectionValues,
  settingFaults,
  settingValue,
  type Flags,
  type Inputs,
  type Variables,
} from './setting-reader.ts';
import { ALL_SETTINGS, SETTINGS } from './settings.ts';

/** Settings that are all good, deeply frozen, and warnings for the operator, a sentence each. */
export interface Parsed<T> {
  readonly config: T;
  readonly warnings: readonly string[];
}

/** What the command `source` reads; it needs no destination, and faults in what it does not read do not stop it. */
const TEST_SOURCE_SECTIONS = {
  redis: SETTINGS.redis,
  source: SETTINGS.source,
  format: SETTINGS.format,
  pacing: { frameRate: SETTINGS.pacing.frameRate },
  log: SETTINGS.log,
} as const;
const TEST_SOURCE_SETTINGS: readonly Setting[] = Object.values(TEST_SOURCE_SECTIONS).flatMap((section) =>
  Object.values<Setting>(section),
);

/**
 * All settings from the environment and from flags (as `parseCommandLine` gives them); a flag wins over its variable.
 * @throws ConfigError with every fault. No secret stands in a fault or warning, and a destination only as it may be shown.
 */
export function parseConfig(variables: Variables, flags: Flags): Parsed<Config> {
  const inputs = { variables, flags };
  throwFaults([...faultsOf(ALL_SETTINGS, inputs), ...levelsFaults(inputs), ...outputFaults(inputs)], inputs);
  const warnings = [
    ...nameWarnings(inputs),
    ...redisWarnings(inputs),
    ...levelsWarnings(inputs),
    ...outputWarnings(inputs),
  ];
  return deeplyFrozen({ config: configOf(inputs), warnings });
}

/** The settings that the command `source` needs, in the same way as `parseConfig`. */
export function parseTestSourceConfig(variables: Variables, flags: Flags): Parsed<TestSourceConfig> {
  const inputs = { variables, flags };
  throwFaults(faultsOf(TEST_SOURCE_SETTINGS, inputs), inputs);
  const config: TestSourceConfig = {
    source: sourceSettings(inputs),
    format: formatSettings(inputs),
    pacing: sectionValues(TEST_SOURCE_SECTIONS.pacing, inputs),
    log: sectionValues(TEST_SOURCE_SECTIONS.log, inputs),
  };
  return deeplyFrozen({ config, warnings: [...nameWarnings(inputs), ...redisWarnings(inputs)] });
}

function faultsOf(settings: readonly Setting[], inputs: Inputs): string[] {
  return [...settings.flatMap((setting) => settingFaults(setting, inputs)), ...redisFaults(inputs)];
}

function throwFaults(faults: readonly string[], inputs: Inputs): void {
  if (faults.length > 0) throw new ConfigError(faults, nameWarnings(inputs));
}

function redisFaults(inputs: Inputs): string[] {
  const isBoth =
    settingValue(SETTINGS.redis.tls, inputs) === true &&
    settingValue(SETTINGS.redis.socket, inputs) !== undefined;
  const [socket, tls] = [labelOf(SETTINGS.redis.socket, inputs), labelOf(SETTINGS.redis.tls, inputs)];
  return isBoth
    ? [`${tls} is "on" while ${socket} is set: TLS is not for a unix socket; leave out one of them`]
    : [];
}

function redisWarnings(inputs: Inputs): string[] {
  const warnings: string[] = [];
  if (isGiven(SETTINGS.redis.tlsCa, inputs) && settingValue(SETTINGS.redis.tls, inputs) !== true) {
    warnings.push(
      `${labelOf(SETTINGS.redis.tlsCa, inputs)} has no effect while ${SETTINGS.redis.tls.variable} is off`,
    );
  }
  if (isGiven(SETTINGS.redis.socket, inputs)) {
    const unused = [SETTINGS.redis.host, SETTINGS.redis.port].filter((setting) => isGiven(setting, inputs));
    const reason = `${labelOf(SETTINGS.redis.socket, inputs)} is used instead`;
    warnings.push(...unused.map((setting) => `${labelOf(setting, inputs)} has no effect: ${reason}`));
  }
  return warnings;
}

function configOf(inputs: Inputs): Config {
  return {
    source: sourceSettings(inputs),
    format: formatSettings(inputs),
    pacing: sectionValues(SETTINGS.pacing, inputs),
    levels: sectionValues(SETTINGS.levels, inputs),
    encoder: encoderSettings(inputs),
    output: outputSettings(inputs),
    log: sectionValues(SETTINGS.log, inputs),
    report: sectionValues(SETTINGS.report, inputs),
  };
}

function sourceSettings(inputs: Inputs): SourceSettings {
  return { redis: sectionValues(SETTINGS.redis, inputs), ...sectionValues(SETTINGS.source, inputs) };
}

function formatSettings(inputs: Inputs): FormatSettings {
  const { resolution, ...format } = sectionValues(SETTINGS.format, inputs);
  return { ...format, ...resolution };
}

function encoderSettings(inputs: Inputs): EncoderSettings {
  const { tune, ...encoder } = sectionValues(SETTINGS.encoder, inputs);
  return tune === 'none' ? encoder : { ...encoder, tune };
}

function deeplyFrozen<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) deeplyFrozen(part);
  }
  return Object.freeze(value);
}
