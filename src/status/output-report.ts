import { grown, isInUse, type LinkTotals, type OutputStatus } from './output-status.ts';

/** What an interval was like for one output. */
interface OutputInterval {
  readonly after: OutputStatus;
  readonly skipped: number;
  /** Of all its connections in the interval; absent where it has never told of one. */
  readonly packets?: LinkTotals;
}

/**
 * Parts of the report line: one for each link, and one for each other output that has skipped pictures. An output is named
 * only where there are several.
 */
export function outputParts(
  before: readonly OutputStatus[],
  after: readonly OutputStatus[],
): readonly string[] {
  const intervals = after
    .map((output) =>
      intervalOf(
        before.find(({ name }) => name === output.name),
        output,
      ),
    )
    .filter((interval) => isInUse(interval.after) || hasHappened(interval));
  return intervals.flatMap((interval) => partOf(interval, intervals.length > 1));
}

/** A line of debug level for each output that is in use, with what has become of it since the start of the program. */
export function outputLines(outputs: readonly OutputStatus[]): readonly string[] {
  return outputs.filter(isInUse).map(({ name, counts, link, linkTotals }) => {
    const { attempts, sentPictures, skippedPictures, viewers } = counts;
    const pictures = `attempts ${attempts}, viewers ${viewers}, pictures sent ${sentPictures}, skipped ${skippedPictures}`;
    return [`output ${name}: ${pictures}`, linkTotals && totalsInWords(linkTotals), connectionInWords(link)]
      .filter((part) => part !== undefined)
      .join(', ');
  });
}

function intervalOf(before: OutputStatus | undefined, after: OutputStatus): OutputInterval {
  const skipped = grown(before?.counts.skippedPictures ?? 0, after.counts.skippedPictures);
  if (!after.linkTotals) return { after, skipped };
  return { after, skipped, packets: packetsBetween(before?.linkTotals, after.linkTotals) };
}

function packetsBetween(before: LinkTotals | undefined, after: LinkTotals): LinkTotals {
  return {
    sentPackets: after.sentPackets - (before?.sentPackets ?? 0),
    lostPackets: after.lostPackets - (before?.lostPackets ?? 0),
    resentPackets: after.resentPackets - (before?.resentPackets ?? 0),
    droppedPackets: after.droppedPackets - (before?.droppedPackets ?? 0),
  };
}

function hasHappened({ skipped, packets }: OutputInterval): boolean {
  return skipped > 0 || (packets?.sentPackets ?? 0) > 0;
}

function partOf({ after, skipped, packets }: OutputInterval, isNamed: boolean): string[] {
  const { name, link, counts } = after;
  if (packets) {
    const figures = [
      `rtt ${inMs(link?.rttMs)}`,
      `sent ${packets.sentPackets}, lost ${packets.lostPackets}`,
      `sent again ${packets.resentPackets} (${percentOf(packets)})`,
      `dropped ${packets.droppedPackets}, skipped ${skipped}`,
      `buffer ${inMs(link?.bufferMs)} of ${inMs(link?.latencyMs)}`,
      `attempts ${counts.attempts}, up ${upInWords(link)}`,
    ];
    return [`link ${isNamed ? `${name} ` : ''}${figures.join(', ')}`];
  }
  if (skipped === 0) return [];
  return [isNamed ? `${name} skipped ${skipped}` : `skipped ${skipped}`];
}

function totalsInWords({ sentPackets, lostPackets, resentPackets, droppedPackets }: LinkTotals): string {
  return `packets sent ${sentPackets}, lost ${lostPackets}, sent again ${resentPackets}, dropped ${droppedPackets}`;
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
