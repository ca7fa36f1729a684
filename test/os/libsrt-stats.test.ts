import { expect, test } from 'bun:test';
import { readSrtStats, STATS_BYTES } from '../../src/os/libsrt-stats.ts';

test('the statistics of libsrt are read where they stand', () => {
  const view = new DataView(new ArrayBuffer(STATS_BYTES));
  // Whatever is not read must not be taken for something that is.
  new Uint8Array(view.buffer).fill(0xee);
  view.setInt32(24, 4, true);
  view.setInt32(32, 5, true);
  view.setInt32(40, 6, true);
  view.setInt32(64, 7, true);
  view.setFloat64(328, 12.5, true);
  view.setInt32(364, 2, true);
  view.setInt32(368, 2 * (1316 + 44), true);
  view.setInt32(372, 30, true);
  view.setInt32(376, 120, true);
  view.setBigInt64(432, 2n ** 40n, true);
  expect(readSrtStats(view)).toEqual({
    sentPackets: 2 ** 40,
    lostPackets: 4,
    resentPackets: 5,
    acks: 6,
    droppedPackets: 7,
    rttMs: 12.5,
    bufferPackets: 2,
    bufferBytes: 2632,
    bufferMs: 30,
    latencyMs: 120,
  });
});
