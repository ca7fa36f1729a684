import type { Clock } from '../base/clock.ts';
import { LinkError } from '../base/errors.ts';
import type { Failure } from '../base/failure.ts';
import type { SrtSettings } from '../config/config.ts';
import { EACCES, EADDRINUSE, EADDRNOTAVAIL } from '../os/libc.ts';
import { SRT_ERROR, type Libsrt, type SrtError, type SrtSocket } from '../os/libsrt-calls.ts';
import { ANY_IPV4, ANY_IPV6, socketAddress } from '../os/socket-address.ts';
import type { Carrier, Listener, OpenListener } from './carrier.ts';
import { hostAddresses, type LookUp } from './host-lookup.ts';
import { SrtCarrier } from './srt-carrier.ts';
import { srtSocketFor } from './srt-options.ts';

/** Viewers who may call between two looks; those beyond that are turned away and call again. */
const BACKLOG = 16;
/** libsrt has this port already for a socket of ours with other options, for up to 5 s after its end (SRT_EBINDCONFLICT). */
const BIND_CONFLICT = 5015;

/** What a listener needs. */
export interface SrtListenerParts {
  readonly libsrt: Libsrt;
  readonly settings: SrtSettings;
  readonly clock: Clock;
  /** Absent: the system's own. */
  readonly lookup?: LookUp;
}

/**
 * Waits for viewers at the port of the address: where that names no host, on every address of the machine. Each opening looks
 * up the name.
 */
export function srtListener(parts: SrtListenerParts): OpenListener {
  const { settings, clock, lookup } = parts;
  return async (signal) => {
    const { host } = settings;
    const addresses = host === '' ? [ANY_IPV6, ANY_IPV4] : await hostAddresses(host, clock, signal, lookup);
    return new SrtListener(parts, bindFirst(parts, addresses));
  };
}

class SrtListener implements Listener {
  #isClosed = false;

  constructor(
    private readonly parts: SrtListenerParts,
    private readonly socket: SrtSocket,
  ) {}

  accept(): readonly Carrier[] {
    const { libsrt, clock } = this.parts;
    const viewers: Carrier[] = [];
    while (!this.#isClosed && viewers.length < BACKLOG) {
      const socket = libsrt.accept(this.socket);
      if (socket === undefined) break;
      viewers.push(new SrtCarrier({ libsrt, clock, socket }));
    }
    if (viewers.length === 0 && !this.#isClosed) this.#throwUnlessEmpty();
    return viewers;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.parts.libsrt.close(this.socket);
  }

  #throwUnlessEmpty(): void {
    const error = this.parts.libsrt.lastError();
    if (error.code === SRT_ERROR.nothingThere) return;
    throw new LinkError({ code: 'link-other', text: `viewers cannot be let in any more: ${error.text}` });
  }
}

/** Throws what went wrong with the last one. */
function bindFirst(parts: SrtListenerParts, addresses: readonly string[]): SrtSocket {
  let failure: unknown;
  for (const address of addresses) {
    try {
      return boundTo(parts, address);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function boundTo({ libsrt, settings }: SrtListenerParts, address: string): SrtSocket {
  const socket = srtSocketFor(libsrt, settings);
  // Every address of IPv6 is then every one of IPv4, too; libsrt wants to be told which of the two.
  if (address === ANY_IPV6) libsrt.setOption(socket, 'ipv6only', 0);
  const bytes = socketAddress(address, settings.port);
  if (bytes !== undefined && libsrt.bind(socket, bytes) && libsrt.listen(socket, BACKLOG)) return socket;
  const error = libsrt.lastError();
  libsrt.close(socket);
  throw new LinkError(bindFailure(error, settings));
}

function bindFailure(error: SrtError, settings: SrtSettings): Failure {
  const code = error.systemError === EADDRINUSE ? 'link-taken' : 'link-not-opened';
  return { code, text: bindFault(error, settings) };
}

function bindFault({ code, systemError, text }: SrtError, { host, port }: SrtSettings): string {
  if (code === BIND_CONFLICT)
    return `libsrt has not given up port ${port} yet, which was open with other options`;
  if (systemError === EADDRINUSE) {
    return `port ${port} is in use: end what listens there (\`ss -ulpn\` lists it), or choose another one in COSMOS_VIDEO_DESTINATION`;
  }
  if (systemError === EACCES) {
    return `port ${port} may not be opened: choose one from 1024 on in COSMOS_VIDEO_DESTINATION`;
  }
  if (systemError === EADDRNOTAVAIL) {
    return `${host} is no address of this machine: check COSMOS_VIDEO_DESTINATION`;
  }
  return `port ${port} cannot be opened: ${text}`;
}
