import { isIP } from 'node:net';
import { sleepMs, type Clock } from '../base/clock.ts';
import { LinkError } from '../base/errors.ts';

/** A resolver that asks servers which do not answer would take longer, and the next attempt asks again. */
const LOOKUP_LIMIT_MS = 5_000;

/** What an operator can do about a host that is not found. */
export const HOST_REMEDY = 'check the name in COSMOS_VIDEO_DESTINATION, and the DNS';

/** Looks up the addresses of a name, the best one first; none, or a rejection, where it is unknown. */
export type LookUp = (host: string) => Promise<readonly string[]>;

/** As ffmpeg looks names up; the other ways of the runtime do not know all that the system knows. */
export const systemLookUp: LookUp = async (host) => {
  const found = await Bun.dns.lookup(host, { backend: 'getaddrinfo' });
  return found.map(({ address }) => address);
};

/**
 * The IP addresses of a host, each once: itself where it is one. Rejects with a `LinkError` where none is found within 5 s,
 * or with the reason of `signal`.
 */
export async function hostAddresses(
  host: string,
  clock: Clock,
  signal: AbortSignal,
  lookUp: LookUp = systemLookUp,
): Promise<readonly string[]> {
  signal.throwIfAborted();
  if (isIP(host) !== 0) return [host];
  const addresses = await foundInTime(lookUp(host).catch(nobody), clock, signal);
  signal.throwIfAborted();
  if (addresses === undefined) {
    const text = `unknown host: no answer from the DNS within ${LOOKUP_LIMIT_MS / 1000} s; ${HOST_REMEDY}`;
    throw new LinkError({ code: 'link-unknown-host', text });
  }
  if (addresses.length === 0) {
    throw new LinkError({ code: 'link-unknown-host', text: `unknown host: ${HOST_REMEDY}` });
  }
  return [...new Set(addresses)];
}

/** Undefined where that takes too long, or is given up; it then goes on unheard. */
async function foundInTime<T>(work: Promise<T>, clock: Clock, signal: AbortSignal): Promise<T | undefined> {
  const done = new AbortController();
  const limit = sleepMs(clock, LOOKUP_LIMIT_MS, AbortSignal.any([signal, done.signal]));
  try {
    return await Promise.race([work, limit.then(() => undefined)]);
  } finally {
    done.abort();
  }
}

function nobody(): readonly string[] {
  return [];
}
