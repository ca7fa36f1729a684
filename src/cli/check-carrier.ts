import { sleepMs, type Clock } from '../base/clock.ts';
import { LinkError } from '../base/errors.ts';
import type { Failure } from '../base/failure.ts';
import type { LinkFigures } from '../base/output-state.ts';
import type { Carrier, Listener, OpenCarrier } from '../outputs/carrier.ts';
import { bad, good, type Finding } from './finding.ts';

/** How often what is held open is looked at: what has broken shows only then. */
const LOOK_PERIOD_MS = 100;

const MAY_BE_OURS =
  'a service that runs with this destination may be what has it: stop that, or look at its log';

/** How an open destination is held. */
export interface Hold {
  /** How long it has to stay open to be called good; 0 where nothing would show. */
  readonly holdMs: number;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}

/** How a carrier is tried. */
export interface CarrierTrial extends Hold {
  readonly open: OpenCarrier;
  readonly display: string;
  /** What it means that it broke while it was held. */
  readonly brokenInWords: (failure: Failure) => Failure;
}

/** Opens it, holds it without sending anything, and closes it. Rejects with the reason of `stop` alone. */
export async function carrierFinding(trial: CarrierTrial): Promise<Finding> {
  const { open, display, stop, brokenInWords } = trial;
  let carrier: Carrier | undefined;
  try {
    carrier = await open(stop);
    const figures = await held(() => carrier?.look(), trial);
    return good(`${display} was opened${figures ? figuresInWords(figures) : ''}`);
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    return failureFinding(display, carrier ? brokenInWords(error.failure) : error.failure);
  } finally {
    carrier?.close();
  }
}

/** Listens, turns away who calls meanwhile, and ends it. Rejects with the reason of `stop` alone. */
export async function listenerFinding(listen: () => Listener, display: string, hold: Hold): Promise<Finding> {
  let listener: Listener | undefined;
  try {
    listener = listen();
    await held(() => listener?.accept().forEach((viewer) => viewer.close()), hold);
    return good(`${display} can be listened on`);
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    return failureFinding(display, error.failure);
  } finally {
    listener?.close();
  }
}

/** @returns what the last look gave */
async function held<Look>(look: () => Look, { holdMs, clock, stop }: Hold): Promise<Look> {
  let last = look();
  for (let heldMs = 0; heldMs < holdMs; heldMs += LOOK_PERIOD_MS) {
    await sleepMs(clock, LOOK_PERIOD_MS, stop);
    stop.throwIfAborted();
    last = look();
  }
  return last;
}

function figuresInWords({ rttMs, latencyMs }: LinkFigures): string {
  return `, and stays open (round trip ${rttMs.toFixed(1)} ms, latency ${latencyMs} ms)`;
}

function failureFinding(display: string, failure: Failure): Finding {
  return bad(`${display}: ${failure.text}${isTaken(failure) ? `; ${MAY_BE_OURS}` : ''}`);
}

/** A port that cannot be had has one code, whatever the reason. */
function isTaken({ code, text }: Failure): boolean {
  if (code === 'link-not-opened') return text.includes(' is in use');
  return code === 'link-taken' || code === 'link-closed-at-once';
}
