import { sleepMs, type Clock } from '../base/clock.ts';
import { LinkError } from '../base/errors.ts';
import type { Failure } from '../base/failure.ts';
import type { LinkFigures } from '../base/output-state.ts';
import type { Carrier, OpenCarrier, OpenListener } from '../outputs/carrier.ts';
import { bad, good, type Finding } from './finding.ts';

/** How often what is held open is looked at: what has broken shows only then. */
const LOOK_PERIOD_MS = 100;

const MAY_BE_OURS =
  'a service that runs with this destination may be what has it: stop that, or look at its log';

/** How a carrier is tried. */
export interface CarrierTrial {
  readonly open: OpenCarrier;
  readonly display: string;
  /** What it means that it broke while it was held. */
  readonly brokenInWords: (failure: Failure) => Failure;
  /** How long it has to stay open to be called good; 0 where nothing would show. */
  readonly holdMs: number;
  readonly clock: Clock;
  readonly stop: AbortSignal;
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

/** Opens the port, and closes it again. Rejects with the reason of `stop` alone. */
export async function listenerFinding(
  listen: OpenListener,
  display: string,
  stop: AbortSignal,
): Promise<Finding> {
  try {
    const listener = await listen(stop);
    listener.close();
    return good(`${display} can be listened on`);
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    return failureFinding(display, error.failure);
  }
}

/** @returns what the last look gave */
async function held<Look>(look: () => Look, { holdMs, clock, stop }: CarrierTrial): Promise<Look> {
  let last = look();
  for (let heldMs = 0; heldMs < holdMs; heldMs += LOOK_PERIOD_MS) {
    await sleepMs(clock, LOOK_PERIOD_MS, stop);
    stop.throwIfAborted();
    last = look();
  }
  return last;
}

/** Not how long a round trip takes: nothing was sent, so that libsrt has not measured it. */
function figuresInWords({ latencyMs }: LinkFigures): string {
  return `, and stays open (latency ${latencyMs} ms)`;
}

function failureFinding(display: string, failure: Failure): Finding {
  return bad(`${display}: ${failure.text}${isTaken(failure) ? `; ${MAY_BE_OURS}` : ''}`);
}

function isTaken({ code }: Failure): boolean {
  return code === 'link-taken' || code === 'link-closed-at-once';
}
