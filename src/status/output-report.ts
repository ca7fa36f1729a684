import { inMegabytes } from '../base/megabytes.ts';
import { missedPictures, SKIP_CAUSES, type RecordingFigures } from '../base/output-state.ts';
import { grown, isInUse, type LinkTotals, type OutputStatus } from './output-status.ts';
import type { StatusSettings } from './status-settings.ts';

/** What an interval was like for one output. */
interface OutputInterval {
  readonly after: OutputStatus;
  /** Pictures that it should have got and has not. */
  readonly missed: number;
  /** Of all its connections in the interval; absent where it has never told of one. */
  readonly packets?: LinkTotals;
  /** Segments that a recorder has deleted in the interval. */
  readonly deletedSegments: number;
}

/**
 * Parts of the report line: one for each link, one for each other destination that has missed pictures, and one for the
 * recorder. A destination is named only where there are several.
 */
export function outputParts(
  before: readonly OutputStatus[],
  after: readonly OutputStatus[],
  { recorder }: Pick<StatusSettings, 'recorder'>,
): readonly string[] {
  const intervals = after
    .map((output) =>
      intervalOf(
        before.find(({ name }) => name === output.name),
        output,
      ),
    )
    .filter((interval) => isInUse(interval.after) || hasHappened(interval));
  const isRecorder = ({ name }: OutputStatus) => name === recorder;
  const destinations = intervals.filter((interval) => !isRecorder(interval.after));
  return [
    ...destinations.flatMap((interval) => partOf(interval, destinations.length > 1)),
    ...intervals.filter((interval) => isRecorder(interval.after)).flatMap(recorderPart),
  ];
}

/** A line of debug level for each of the outputs, with what has become of it since the start of the program. */
export function outputLines(outputs: readonly OutputStatus[]): readonly string[] {
  return outputs.map(({ name, counts, link, linkTotals, recording }) => {
    const { attempts, sentPictures, viewers } = counts;
    const skipped = SKIP_CAUSES.reduce((sum, cause) => sum + counts.skipped[cause], 0);
    const causes = SKIP_CAUSES.map((cause) => `${cause} ${counts.skipped[cause]}`).join(', ');
    return [
      `output ${name}: attempts ${attempts}, viewers ${viewers}`,
      `pictures sent ${sentPictures}, skipped ${skipped} (${causes})`,
      linkTotals && totalsInWords(linkTotals),
      connectionInWords(link),
      recording && segmentsInWords(recording),
    ]
      .filter((part) => part !== undefined)
      .join(', ');
  });
}

function intervalOf(before: OutputStatus | undefined, after: OutputStatus): OutputInterval {
  const missedBefore = before ? missedPictures(before.counts.skipped) : 0;
  const missed = grown(missedBefore, missedPictures(after.counts.skipped));
  const interval = { after, missed, deletedSegments: grown(deletedOf(before), deletedOf(after)) };
  if (!after.linkTotals) return interval;
  return { ...interval, packets: packetsBetween(before?.linkTotals, after.linkTotals) };
}

function deletedOf(output: OutputStatus | undefined): number {
  return output?.recording?.deletedSegments ?? 0;
}

function packetsBetween(before: LinkTotals | undefined, after: LinkTotals): LinkTotals {
  return {
    sentPackets: after.sentPackets - (before?.sentPackets ?? 0),
    lostPackets: after.lostPackets - (before?.lostPackets ?? 0),
    resentPackets: after.resentPackets - (before?.resentPackets ?? 0),
    droppedPackets: after.droppedPackets - (before?.droppedPackets ?? 0),
  };
}

function hasHappened({ missed, packets }: OutputInterval): boolean {
  return missed > 0 || (packets?.sentPackets ?? 0) > 0;
}

function partOf({ after, missed, packets }: OutputInterval, isNamed: boolean): string[] {
  const { name, link, counts } = after;
  if (packets) {
    const figures = [
      `rtt ${inMs(link?.rttMs)}`,
      `sent ${packets.sentPackets}, lost ${packets.lostPackets}`,
      `sent again ${packets.resentPackets} (${percentOf(packets)})`,
      `dropped ${packets.droppedPackets}, skipped ${missed}`,
      `buffer ${inMs(link?.bufferMs)} of ${inMs(link?.latencyMs)}`,
      `attempts ${counts.attempts}, up ${upInWords(link)}`,
    ];
    return [`link ${isNamed ? `${name} ` : ''}${figures.join(', ')}`];
  }
  if (missed === 0) return [];
  return [isNamed ? `${name} skipped ${missed}` : `skipped ${missed}`];
}

/** What it has in its folder, as it is now, and what became of that in the interval. */
function recorderPart({ after: { recording }, missed, deletedSegments }: OutputInterval): string[] {
  const figures = [
    recording && `${recording.segments} segments, ${inMegabytes(recording.sizeBytes, 0)}`,
    recording && `deleted ${deletedSegments}, free ${inMegabytes(recording.freeBytes, 0)}`,
    missed > 0 && `skipped ${missed}`,
  ].filter((figure) => typeof figure === 'string');
  return figures.length === 0 ? [] : [`recording ${figures.join(', ')}`];
}

function totalsInWords({ sentPackets, lostPackets, resentPackets, droppedPackets }: LinkTotals): string {
  return `packets sent ${sentPackets}, lost ${lostPackets}, sent again ${resentPackets}, dropped ${droppedPackets}`;
}

function segmentsInWords(figures: RecordingFigures): string {
  const { segments, sizeBytes, deletedSegments, freeBytes, oldestMs } = figures;
  const oldest = oldestMs === undefined ? '' : `, oldest ${new Date(oldestMs).toISOString()}`;
  return (
    `segments ${segments}, ${inMegabytes(sizeBytes)}, deleted ${deletedSegments}, ` +
    `free ${inMegabytes(freeBytes)}${oldest}`
  );
}

function connectionInWords(link: OutputStatus['link']): string | undefined {
  if (!link) return undefined;
  return `latency ${link.latencyMs.toFixed(0)} ms, connected for ${(link.connectedMs / 1_000).toFixed(0)} s`;
}

/** How long it has been connected. */
function upInWords(link: OutputStatus['link']): string {
  return link ? `${(link.connectedMs / 1_000).toFixed(0)} s` : '-';
}

/** Where nothing is known there is no number. */
function inMs(durationMs: number | undefined): string {
  return durationMs === undefined ? '- ms' : `${durationMs.toFixed(0)} ms`;
}

function percentOf({ sentPackets, resentPackets }: LinkTotals): string {
  return sentPackets === 0 ? '- %' : `${((resentPackets / sentPackets) * 100).toFixed(2)} %`;
}
