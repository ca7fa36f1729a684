import { posix } from 'node:path';
import * as v from 'valibot';
import type { Destination, OutputSettings } from './config.ts';
import { listItems, shownItems, type ListItem } from './destination-list.ts';
import { destinationSchema } from './destination.ts';
import { quoted } from './fault-text.ts';
import type { TextSchema } from './setting.ts';
import { lineSchema } from './text-schemas.ts';

/** Each has a connection, a queue and a place in every report; more than these are a mistake, or a task for a server. */
const MAX_DESTINATIONS = 8;
const FOLLOWED =
  'must not be followed by what may be a part of its passphrase or streamid: write + for a space there, ' +
  'and a file with ./ before its name';

/**
 * One or more destinations with white space between them; no two are the same, and no two have the same `display`. Of several
 * each fault says which one it is about. Faults never hold a part of the text that could be secret.
 */
export const destinationsSchema: TextSchema<readonly Destination[]> = v.pipe(
  lineSchema,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const { destinations, faults } = readList(dataset.value);
    if (faults.length === 0) return withOwnDisplays(destinations);
    for (const message of faults) addIssue({ message });
    return NEVER;
  }),
);

/** Why the video for this destination does not come to this program, so that nothing else can be done with it; else undefined. */
export function reasonToStandAlone(destination: Destination): string | undefined {
  const isRendezvous = destination.kind === 'srt' && destination.srt.mode === 'rendezvous';
  if (destination.kind !== 'url' && !isRendezvous) return undefined;
  // As for udp://, only some options make it ffmpeg's.
  const isForOptions = destination.kind === 'url' && destination.url.startsWith('udp:');
  const cause = isRendezvous ? 'in mode=rendezvous ' : isForOptions ? 'with these options ' : '';
  return `${cause}ffmpeg writes to it itself, so that the video does not come to this program`;
}

/** Whether ffmpeg could write all of this itself: one address, and nothing else to be done with the video. */
export function canBeLeftToFfmpeg({ destinations, record, audio }: OutputSettings): boolean {
  return destinations.length === 1 && !record && audio === 'none';
}

/** Whether this path is that of the file which the destination is. */
export function isFileAt(destination: Destination, path: string): boolean {
  return destination.kind === 'file' && plainPath(destination.url) === plainPath(path);
}

interface ReadList {
  readonly destinations: readonly Destination[];
  /** What is wrong with them, or else with the list. */
  readonly faults: readonly string[];
}

function readList(text: string): ReadList {
  const items = listItems(text);
  if (items.length === 0) return { destinations: [], faults: ['must have something beside spaces'] };
  if (items.length > MAX_DESTINATIONS) {
    const fault = `must be at most ${MAX_DESTINATIONS} destinations (these are ${items.length})`;
    return { destinations: [], faults: [fault] };
  }
  const names = shownItems(text).map((shown, index) => `destination ${index + 1}, ${quoted(shown)},`);
  const read = items.map((item, index) => {
    const { destinations, faults } = readItem(item);
    // Of one alone the setting says already which one it is.
    return {
      destinations,
      faults: items.length === 1 ? faults : faults.map((fault) => `${names[index]} ${fault}`),
    };
  });
  const [destinations, faults] = [read.flatMap((one) => one.destinations), read.flatMap((one) => one.faults)];
  return { destinations, faults: faults.length > 0 ? faults : listFaults(destinations, names) };
}

function readItem({ text, isFollowedByText }: ListItem): ReadList {
  if (isFollowedByText) return { destinations: [], faults: [FOLLOWED] };
  const result = v.safeParse(destinationSchema, text, { abortPipeEarly: true });
  return result.success
    ? { destinations: [result.output], faults: [] }
    : { destinations: [], faults: result.issues.map(({ message }) => message) };
}

/** @param names of the destinations, as a sentence begins with them */
function listFaults(destinations: readonly Destination[], names: readonly string[]): string[] {
  const alone = destinations.length < 2 ? [] : destinations.map(reasonToStandAlone);
  const reasons = alone.flatMap((reason, index) =>
    reason === undefined ? [] : [`${names[index]} must stand alone: ${reason}`],
  );
  if (reasons.length > 0) return reasons;
  const identities = new Map(destinations.map((destination) => [destination, identityOf(destination)]));
  const areSame: Clash = (one, other) => identities.get(one) === identities.get(other);
  const duplicates = clashes(destinations, areSame).map(
    ({ index, first }) => `${names[index]} must not be the same as destination ${first + 1}: leave it out`,
  );
  if (duplicates.length > 0) return duplicates;
  return clashes(destinations, canNotBothListen).map(
    ({ index, first }) =>
      `${names[index]} must not listen on the port of destination ${first + 1}: give it another one`,
  );
}

type Clash = (one: Destination, other: Destination) => boolean;

/** Each that clashes with one before it, and the first of those. */
function clashes(destinations: readonly Destination[], isClash: Clash) {
  return destinations.flatMap((destination, index) => {
    const first = destinations.findIndex((other) => isClash(other, destination));
    return first < 0 || first >= index ? [] : [{ index, first }];
  });
}

/** On one port of one address, or of all of them. */
function canNotBothListen(one: Destination, other: Destination): boolean {
  if (one.kind !== 'srt' || other.kind !== 'srt') return false;
  const [a, b] = [one.srt, other.srt];
  const areListeners = a.mode === 'listener' && b.mode === 'listener';
  return areListeners && a.port === b.port && (a.host === b.host || a.host === '' || b.host === '');
}

/** The same for two that go to the same place in the same way. */
function identityOf(destination: Destination): string {
  switch (destination.kind) {
    case 'srt':
      return JSON.stringify({ ...destination.srt, host: destination.srt.host.toLowerCase(), kind: 'srt' });
    case 'udp':
      return JSON.stringify({ ...destination.udp, host: destination.udp.host.toLowerCase(), kind: 'udp' });
    case 'file':
      return JSON.stringify({ path: plainPath(destination.url), kind: 'file' });
    case 'url':
      return JSON.stringify([destination.url, destination.secretOptions]);
  }
}

function plainPath(path: string): string {
  return posix.normalize(path.replace(/^file:(?:\/\/)?/, '')).replace(/(?<=.)\/$/, '');
}

/** The log tells destinations apart by what it shows of them: the second of a name gets a number. */
function withOwnDisplays(destinations: readonly Destination[]): readonly Destination[] {
  const displays = destinations.map(({ display }) => display);
  return destinations.map((destination, index) => {
    const { display } = destination;
    const before = displays.slice(0, index).filter((other) => other === display).length;
    return before === 0 ? destination : { ...destination, display: `${display} (${before + 1})` };
  });
}
