import type { PictureDelay } from '../link/picture-delays.ts';
import { percentile, spreadOf, type Spread } from '../statistics.ts';

/** How late pictures came in a span of time. */
export interface SpanDelay {
  readonly pictures: number;
  readonly delay: Spread;
  /** Of parts of it, one after the other, which say how much a figure differs by chance. */
  readonly mediansMs: readonly number[];
  readonly p99sMs: readonly number[];
}

/** Of the pictures whose frame was added in a span of time, cut into parts. */
export function spanDelay(
  delays: readonly PictureDelay[],
  fromMs: number,
  toMs: number,
  partMs: number,
): SpanDelay {
  const inSpan = delays.filter(({ addedMs }) => addedMs >= fromMs && addedMs < toMs);
  const parts = [...Map.groupBy(inSpan, ({ addedMs }) => Math.floor((addedMs - fromMs) / partMs)).values()];
  const ofEach = (percent: number) =>
    parts.map((part) =>
      percentile(
        part.map(({ delayMs }) => delayMs),
        percent,
      ),
    );
  return {
    pictures: inSpan.length,
    delay: spreadOf(inSpan.map(({ delayMs }) => delayMs)),
    mediansMs: ofEach(50),
    p99sMs: ofEach(99),
  };
}
