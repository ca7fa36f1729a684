/** What libsrt tells of one connection, totals since it began. */
export interface SrtStats {
  /** Without those that were sent again. */
  readonly sentPackets: number;
  readonly lostPackets: number;
  readonly resentPackets: number;
  readonly droppedPackets: number;
  /** Acknowledgements that have come. */
  readonly acks: number;
  readonly rttMs: number;
  /** Packets, bytes and time that wait in the send buffer for their acknowledgement. */
  readonly bufferPackets: number;
  readonly bufferBytes: number;
  readonly bufferMs: number;
  /** That both sides have agreed on for what we send. */
  readonly latencyMs: number;
}

/** Room for `SRT_TRACEBSTATS`, which has 496 bytes in 1.5: a later version may have more. */
export const STATS_BYTES = 1024;

/** Where they are in it: the same from 1.4.2 to 1.6.0 on x86-64 and arm64 (srtcore/srt.h, struct CBytePerfMon). */
const OFFSET = {
  pktSndLossTotal: 24,
  pktRetransTotal: 32,
  pktRecvACKTotal: 40,
  pktSndDropTotal: 64,
  msRTT: 328,
  pktSndBuf: 364,
  byteSndBuf: 368,
  msSndBuf: 372,
  msSndTsbPdDelay: 376,
  pktSentUniqueTotal: 432,
} as const;

/** Headers of UDP and SRT, which libsrt counts for each packet in the buffer (CPacket::SRT_DATA_HDR_SIZE). */
const HEADER_BYTES = 44;

/** Takes what is of use out of a filled `SRT_TRACEBSTATS`. */
export function readSrtStats(view: DataView): SrtStats {
  const i32 = (offset: number) => view.getInt32(offset, true);
  const bufferPackets = i32(OFFSET.pktSndBuf);
  return {
    sentPackets: Number(view.getBigInt64(OFFSET.pktSentUniqueTotal, true)),
    lostPackets: i32(OFFSET.pktSndLossTotal),
    resentPackets: i32(OFFSET.pktRetransTotal),
    droppedPackets: i32(OFFSET.pktSndDropTotal),
    acks: i32(OFFSET.pktRecvACKTotal),
    rttMs: view.getFloat64(OFFSET.msRTT, true),
    bufferPackets,
    bufferBytes: Math.max(0, i32(OFFSET.byteSndBuf) - bufferPackets * HEADER_BYTES),
    bufferMs: i32(OFFSET.msSndBuf),
    latencyMs: i32(OFFSET.msSndTsbPdDelay),
  };
}
