import { expect } from 'bun:test';
import type { Child } from '../support/child.ts';
import type { Sensor } from './sensor.ts';

/** What the program says has become of all frames since its start. */
export interface FrameAccount {
  /** Entries added since it first looked; undefined where Redis does not tell. */
  readonly source: number | undefined;
  readonly unique: number;
  readonly dup: number;
  readonly dropped: number;
  /** Of those, by their cause. */
  readonly causes: DropCounts;
  readonly wrong: number;
  /** Given to an ffmpeg that then died, or to a link that was dead already. */
  readonly lost: number;
  /** Read but not yet decided, or still in the stream. */
  readonly waiting: number;
  /** Pictures that ffmpeg has encoded; repeated ones, too. */
  readonly encoded: number;
}

/** Frames that were never sent. */
interface DropCounts {
  readonly trimmed: number;
  readonly replaced: number;
  readonly unsent: number;
  /** They never left Redis. */
  readonly passedOver: number;
}

/**
 * all: each entry that was written has to stand in the account; some: the fault took the count of some of them with it,
 * so that there may be no more than were written.
 */
export type Known = 'all' | 'some';

const ACCOUNT = new RegExp(
  [
    /since the start: source (not counted|\d+), unique (\d+), dup (\d+), dropped (\d+) /,
    /\(trimmed (\d+), replaced (\d+), unsent (\d+), passed over (\d+)\), wrong (\d+), /,
    /lost on the way (\d+), waiting (\d+), encoded (\d+)$/,
  ]
    .map(({ source }) => source)
    .join(''),
);
/** The ticks, the closing of a session and two reports, on a busy machine. */
const SETTLE_LIMIT_MS = 40_000;

/** Of what the program said, so many lines tell why. */
const LAST_LINES = 30;

/** Reads the line of debug level that comes with each report; undefined where the line is another one. */
function parseAccount(line: string): FrameAccount | undefined {
  const found = ACCOUNT.exec(line);
  if (!found) return undefined;
  const [unique = 0, dup = 0, dropped = 0, trimmed = 0, replaced = 0, unsent = 0, passedOver = 0, ...rest] =
    found.slice(2).map(Number);
  const [wrong = 0, lost = 0, waiting = 0, encoded = 0] = rest;
  const source = found[1] === 'not counted' ? undefined : Number(found[1]);
  const causes = { trimmed, replaced, unsent, passedOver };
  return { source, unique, dup, dropped, causes, wrong, lost, waiting, encoded };
}

/** Waits for the next account of the program. */
export async function nextAccount(child: Child, withinMs?: number): Promise<FrameAccount> {
  const nth = child.count(ACCOUNT) + 1;
  const line = await child.line(ACCOUNT, { nth, ...(withinMs !== undefined && { withinMs }) });
  const account = parseAccount(line);
  if (!account) throw new Error(`this is no account: ${line}`);
  return account;
}

/**
 * Waits until nothing is on its way any more: two accounts that are the same, but for repeated frames.
 * @param leastSource so many entries Redis has taken by now, of which a busy machine may not have heard yet
 */
async function settled(child: Child, leastSource: number): Promise<FrameAccount> {
  const deadlineMs = performance.now() + SETTLE_LIMIT_MS;
  let before: FrameAccount | undefined;
  while (performance.now() < deadlineMs) {
    const account = await nextAccount(child, SETTLE_LIMIT_MS);
    const isSame = before !== undefined && Bun.deepEquals(withoutRepeats(before), withoutRepeats(account));
    if (isSame && account.waiting === 0 && (account.source ?? 0) >= leastSource) return account;
    before = account;
  }
  throw new Error(
    `frames were still on their way after ${SETTLE_LIMIT_MS} ms: ${JSON.stringify(before)}; it said last:\n${child.lines.slice(-LAST_LINES).join('\n')}`,
  );
}

function withoutRepeats(account: FrameAccount): FrameAccount {
  return { ...account, dup: 0, encoded: 0 };
}

/** Stops the sensor and holds the program to what it has written: source = unique + dropped + wrong + lost on the way. */
export async function expectAccounted(child: Child, sensor: Sensor, known: Known): Promise<FrameAccount> {
  await sensor.stop();
  const account = await settled(child, known === 'all' ? sensor.written : 0);
  const { source, unique, dropped, causes, wrong, lost } = account;
  expect(causes.trimmed + causes.replaced + causes.unsent + causes.passedOver).toBe(dropped);
  const decided = unique + dropped + wrong + lost;
  if (known === 'all') {
    expect({ ...account, decided }).toMatchObject({ source: sensor.written, decided: sensor.written });
    return account;
  }
  expect(decided).toBeLessThanOrEqual(sensor.tried);
  expect(source ?? 0).toBeLessThanOrEqual(sensor.tried);
  expect(unique).toBeGreaterThan(0);
  return account;
}
