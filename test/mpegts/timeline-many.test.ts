import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { PCR_LEAD_TICKS } from './made-encoder.ts';
import { joined, patPacket, picture, pmtPacket } from './made-packets.ts';
import { FIRST, GOES_ON, MODULUS, PERIOD, TimelineStage } from './timeline-stage.ts';

describe('over many encoders', () => {
  const rates = fc.constantFrom(
    3_750,
    90_000 / 29.97,
    3_003,
    1_501.5,
    90_000 / 59.94,
    90_000 / 7,
    90_000 / 13,
  );
  const runs = fc.array(
    fc.record({
      count: fc.integer({ min: 1, max: 9 }),
      firstTicks: fc.oneof(fc.nat(MODULUS - 1), fc.integer({ min: MODULUS - 20_000, max: MODULUS - 1 })),
      skip: fc.nat(1),
      lostFrames: fc.oneof(fc.constant(0), fc.nat(5)),
    }),
    { minLength: 2, maxLength: 60 },
  );

  test('no picture is ever a whole tick from its place, and the clock keeps its distance', () => {
    fc.assert(
      fc.property(rates, runs, (periodTicks, all) => {
        const stage = new TimelineStage();
        let place = 0;
        let beginTicks: number | undefined;
        for (const [index, { lostFrames, ...options }] of all.entries()) {
          if (index > 0) place += lostFrames;
          const seen = stage.run(index === 0 ? FIRST : { kind: 'goes-on', lostFrames }, {
            ...options,
            periodTicks,
          });
          beginTicks ??= seen.units[0]?.ptsTicks ?? 0;
          for (const [order, unit] of seen.units.entries()) {
            const exactTicks = beginTicks + place * periodTicks;
            const error = (unit.ptsTicks - (exactTicks % MODULUS) + 1.5 * MODULUS) % MODULUS;
            expect(Math.abs(error - MODULUS / 2)).toBeLessThanOrEqual(1.5);
            expect((unit.ptsTicks - (seen.pcrTicks[order] ?? 0) + MODULUS) % MODULUS).toBe(PCR_LEAD_TICKS);
            place += 1;
          }
        }
      }),
    );
  });

  test('DTS always grows by about a period at least, whatever delays pictures', () => {
    const delays = fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 9 }), fc.nat(3)), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(rates, delays, (periodTicks, all) => {
        const stage = new TimelineStage();
        let last: number | undefined;
        for (const [delay, count, lostFrames] of all) {
          const seen = stage.run({ kind: 'goes-on', lostFrames }, { periodTicks, count, delay });
          for (const { dtsTicks } of seen.units) {
            const step = last === undefined ? periodTicks : (dtsTicks - last + MODULUS) % MODULUS;
            // Both are rounded, and so is what they are counted from.
            expect(step).toBeGreaterThanOrEqual(periodTicks - 3);
            expect(step).toBeLessThan(periodTicks * (4 + 4 + lostFrames));
            last = dtsTicks;
          }
        }
      }),
    );
  });
});

test('whatever comes in, nothing is thrown', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 8 }),
      fc.constantFrom(PERIOD, 0, -1, 0.1, 1e9),
      (all, periodTicks) => {
        const stage = new TimelineStage();
        for (const bytes of all) {
          stage.timeline.begin(GOES_ON, periodTicks);
          stage.rewrite(bytes);
          stage.rewrite(joined([patPacket(), pmtPacket(), picture({ ptsTicks: bytes.length }), bytes]));
        }
      },
    ),
  );
});
