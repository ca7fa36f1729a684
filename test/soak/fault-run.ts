import type { Fault } from './faults.ts';
import type { PlannedFault } from './plan.ts';

/** A fault that was; performance.now(). */
export interface PastFault {
  readonly fault: Fault;
  readonly beginMs: number;
  readonly endMs: number;
}

interface Happening {
  /** From the begin of the faults. */
  readonly atMs: number;
  readonly planned: PlannedFault;
  readonly isBegin: boolean;
}

/** What a run of faults needs of the world. */
interface FaultWorld {
  /** Lets a fault begin. @returns what ends it */
  begin(fault: Fault): Promise<() => Promise<void> | void>;
  /** Waits until that time of performance.now(); rejects where there is no sense in going on. */
  waitUntil(atMs: number): Promise<void>;
  nowMs(): number;
  say(words: 'begins' | 'ends', fault: Fault): void;
}

/** Lets the faults of a plan happen, each at its time, one happening after the other. @returns what was, with the real times */
export async function runFaults(plan: readonly PlannedFault[], world: FaultWorld): Promise<PastFault[]> {
  const startMs = world.nowMs();
  const past: PastFault[] = [];
  const open = new Map<
    PlannedFault,
    { readonly beginMs: number; readonly undo: () => Promise<void> | void }
  >();
  for (const { atMs, planned, isBegin } of happenings(plan)) {
    await world.waitUntil(startMs + atMs);
    const { fault } = planned;
    if (isBegin) {
      world.say('begins', fault);
      const beginMs = world.nowMs();
      open.set(planned, { beginMs, undo: await world.begin(fault) });
      continue;
    }
    const begun = open.get(planned);
    if (!begun) throw new Error(`a fault ends that has not begun: ${fault.kind}`);
    await begun.undo();
    past.push({ fault, beginMs: begun.beginMs, endMs: world.nowMs() });
    world.say('ends', fault);
  }
  return past;
}

/** In the order of their times; what begins and ends at once begins first. */
export function happenings(plan: readonly PlannedFault[]): Happening[] {
  return plan
    .flatMap((planned) => [
      { atMs: planned.beginMs, planned, isBegin: true },
      { atMs: planned.endMs, planned, isBegin: false },
    ])
    .toSorted((a, b) => a.atMs - b.atMs);
}
