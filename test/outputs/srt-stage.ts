import { parse } from 'valibot';
import { systemClock } from '../../src/base/clock.ts';
import { LinkError } from '../../src/base/errors.ts';
import type { Failure } from '../../src/base/failure.ts';
import type { SrtSettings } from '../../src/config/config.ts';
import { destinationSchema } from '../../src/config/destination.ts';
import { loadLibsrt, type Libsrt } from '../../src/os/libsrt.ts';
import type { Carrier, Listener } from '../../src/outputs/carrier.ts';
import { srtCaller } from '../../src/outputs/srt-caller.ts';
import { srtListener } from '../../src/outputs/srt-listener.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
/** As often as whoever has a carrier looks at it. */
const LOOK_PERIOD_MS = 100;

/** The real libsrt, or the reason why the test cannot run. */
function realLibsrt(): Libsrt {
  const loaded = loadLibsrt();
  if (loaded.kind !== 'loaded') throw new Error(loaded.reason);
  return loaded.libsrt;
}

/** What the program makes of an srt:// address. */
function srtSettingsOf(address: string): SrtSettings {
  const destination = parse(destinationSchema, address);
  if (destination.kind !== 'srt') throw new Error(`${address} is no srt:// address`);
  return destination.srt;
}

/** Calls this address as the program does. */
export function call(address: string): Promise<Carrier> {
  return srtCaller({ libsrt: realLibsrt(), clock: systemClock, settings: srtSettingsOf(address) })(never);
}

/** Listens at this address as the program does. */
export function listen(address: string): Promise<Listener> {
  return srtListener({ libsrt: realLibsrt(), clock: systemClock, settings: srtSettingsOf(address) })(never);
}

/** The next viewer who calls. */
export async function nextViewer(listener: Listener): Promise<Carrier> {
  let viewers: readonly Carrier[] = [];
  await until(async () => {
    viewers = listener.accept();
    return viewers.length > 0;
  }, 'viewer');
  const [viewer] = viewers;
  if (viewer === undefined || viewers.length > 1) throw new Error(`${viewers.length} viewers at once`);
  return viewer;
}

/** Sends all of it, as fast as there is room. */
export async function pour(carrier: Carrier, bytes: Uint8Array): Promise<void> {
  let sentBytes = 0;
  await until(async () => {
    sentBytes += carrier.send(bytes.subarray(sentBytes));
    carrier.look();
    return sentBytes === bytes.length;
  }, 'room for all that is sent');
}

/** Why the promise is rejected, which it has to be. */
export async function failureOf(opening: Promise<unknown>): Promise<Failure> {
  const error: unknown = await opening.then(
    () => new Error('it has come about'),
    (reason: unknown) => reason,
  );
  if (error instanceof LinkError) return error.failure;
  throw error;
}

/** Goes on sending packets and looking until the link breaks. @returns why, and after how many milliseconds */
export async function breakOf(
  carrier: Carrier,
  withinMs = 15_000,
): Promise<{ failure: Failure; afterMs: number }> {
  const begunMs = performance.now();
  while (performance.now() - begunMs < withinMs) {
    try {
      carrier.send(new Uint8Array(7 * 188));
      carrier.look();
    } catch (error) {
      if (error instanceof LinkError) return { failure: error.failure, afterMs: performance.now() - begunMs };
      throw error;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_PERIOD_MS);
    });
  }
  throw new Error(`the link has not broken within ${withinMs} ms`);
}

/** Packets of MPEG-TS that are told apart from each other, and from where they belong. */
export function numberedPackets(count: number): Uint8Array {
  const bytes = new Uint8Array(count * 188);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < count; index += 1) {
    bytes[index * 188] = 0x47;
    view.setUint32(index * 188 + 4, index);
    bytes.fill(index % 251, index * 188 + 8, (index + 1) * 188);
  }
  return bytes;
}
