import { openSecretNames, secretsInWords } from './address-secrets.ts';
import { splitAddress } from './address.ts';
import type { Destination, OutputSettings, RecordSettings } from './config.ts';
import { listItems } from './destination-list.ts';
import { isFileAt, reasonToStandAlone } from './destinations.ts';
import { faultText } from './fault-text.ts';
import { givenText, isGiven, labelOf, sectionValues, settingValue, type Inputs } from './setting-reader.ts';
import type { Setting } from './setting.ts';
import { SETTINGS } from './settings.ts';
import { srtLatency, withSrtLatency } from './srt-destination.ts';

const { output: OUTPUT, record: RECORD } = SETTINGS;

/** What is wrong with destinations, recorder and sound together, where each of them is good. */
export function outputFaults(inputs: Inputs): string[] {
  const destinations = settingValue(OUTPUT.destinations, inputs) ?? [];
  const folder = settingValue(RECORD.folder, inputs);
  const [alone] = destinations.flatMap((destination) => {
    const reason = reasonToStandAlone(destination);
    return reason === undefined
      ? []
      : [`must be left out where the video goes to ${destination.display}: ${reason}`];
  });
  const isSame = folder !== undefined && destinations.some((destination) => isFileAt(destination, folder));
  return [
    ...(alone !== undefined && folder !== undefined
      ? [faultText(labelOf(RECORD.folder, inputs), folder, alone)]
      : []),
    ...(alone !== undefined && settingValue(OUTPUT.audio, inputs) === 'silent'
      ? [faultText(labelOf(OUTPUT.audio, inputs), 'silent', alone)]
      : []),
    ...(isSame
      ? [
          faultText(
            labelOf(RECORD.folder, inputs),
            folder,
            'must be a folder, and not the file that is a destination',
          ),
        ]
      : []),
  ];
}

/** What of these settings does not do what somebody may expect. For use once there are no faults. */
export function outputWarnings(inputs: Inputs): string[] {
  const { destinations = [] } = sectionValues(OUTPUT, inputs);
  return [
    ...latencyWarnings(destinations, inputs),
    ...destinations.flatMap((destination) => addressLatencyWarnings(destination, destinations.length > 1)),
    ...openSecretWarnings(inputs),
    ...recordWarnings(destinations, inputs),
  ];
}

/** For use once there are no faults. */
export function outputSettings(inputs: Inputs): OutputSettings {
  const { destinations = [], srtLatencyMs, audio } = sectionValues(OUTPUT, inputs);
  const record = recordSettings(inputs);
  return {
    destinations: destinations.map((destination) =>
      srtLatencyMs === undefined ? destination : withSrtLatency(destination, srtLatencyMs),
    ),
    ...(record && { record }),
    audio,
  };
}

function recordSettings(inputs: Inputs): RecordSettings | undefined {
  const { folder, ...rest } = sectionValues(RECORD, inputs);
  return folder === undefined ? undefined : { folder, ...rest };
}

function recordWarnings(destinations: readonly Destination[], inputs: Inputs): string[] {
  if (!isGiven(RECORD.folder, inputs)) {
    const others: readonly Setting[] = [RECORD.when, RECORD.segmentMs, RECORD.quotaBytes];
    return others
      .filter((setting) => isGiven(setting, inputs))
      .map(
        (setting) => `${labelOf(setting, inputs)} has no effect while ${RECORD.folder.variable} is not set`,
      );
  }
  if (settingValue(RECORD.when, inputs) !== 'outage') return [];
  const label = labelOf(RECORD.when, inputs);
  if (destinations.length === 0)
    return [`${label} has no effect: there is no destination, and all of the video is kept`];
  return destinations
    .filter(({ kind }) => kind === 'udp' || kind === 'file')
    .map(
      ({ display }) =>
        `${label} is outage, and ${display} gets the video for as long as it can be written to, received or not: ` +
        'nothing is recorded meanwhile',
    );
}

function latencyWarnings(destinations: readonly Destination[], inputs: Inputs): string[] {
  const latencyMs = settingValue(OUTPUT.srtLatencyMs, inputs);
  if (latencyMs === undefined) return [];
  const isUsed = destinations.some((destination) => withSrtLatency(destination, latencyMs) !== destination);
  if (isUsed) return [];
  return [`${labelOf(OUTPUT.srtLatencyMs, inputs)} has no effect: ${reasonOfNoLatency(destinations)}`];
}

function reasonOfNoLatency(destinations: readonly Destination[]): string {
  const [first, ...others] = destinations;
  if (first === undefined) return 'there is no destination';
  if (destinations.some(({ kind }) => kind === 'srt')) {
    return others.length === 0
      ? 'the address of the destination has a latency already'
      : 'each srt:// address among the destinations has a latency already';
  }
  return others.length === 0
    ? `${first.display} is not an srt:// address`
    : 'there is no srt:// address among the destinations';
}

/** The latency of an address counts in microseconds and is rounded down to milliseconds; many write milliseconds. */
function addressLatencyWarnings(destination: Destination, isOneOfSeveral: boolean): string[] {
  const { parameter, latencyUs } = srtLatency(destination) ?? { parameter: '', latencyUs: 0 };
  if (latencyUs === 0 || latencyUs >= 1000) return [];
  const name = isOneOfSeveral ? ` (${destination.display})` : '';
  return [
    `${parameter}=${latencyUs} in ${OUTPUT.destinations.variable}${name} counts as 0: ` +
      `an address has microseconds, as ffmpeg's have; ` +
      `for milliseconds set ${OUTPUT.srtLatencyMs.variable}=${latencyUs} instead`,
  ];
}

function openSecretWarnings(inputs: Inputs): string[] {
  const given = givenText(OUTPUT.destinations, inputs);
  if (!given) return [];
  const addresses = listItems(given.text).flatMap(({ text }) => splitAddress(text) ?? []);
  const inFlag = given.isFlag ? addresses.flatMap(secretsInWords) : [];
  return [
    ...[...new Set(inFlag)].map(
      (secret) =>
        `every user of this machine can read ${secret} in ${given.label}: set the variable instead of the flag`,
    ),
    ...addresses.flatMap((address) =>
      openSecretNames(address).map(
        (name) =>
          `every user of this machine can read the ${name} in ${given.label}: ` +
          `ffmpeg, which writes to ${address.scheme}://, gets it in its arguments`,
      ),
    ),
  ];
}
