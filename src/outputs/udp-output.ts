import type { Clock } from '../base/clock.ts';
import { LinkError } from '../base/errors.ts';
import type { UdpSettings } from '../config/config.ts';
import { ANY_IPV4, ANY_IPV6, socketAddress } from '../os/socket-address.ts';
import { SocketError, UdpSocket, type UdpSocketOptions } from '../os/udp-socket.ts';
import type { Carrier, OpenCarrier } from './carrier.ts';
import { hostAddresses, type LookUp } from './host-lookup.ts';
import { udpFailure } from './udp-failure.ts';

/** What sending datagrams takes. */
export interface UdpParts {
  readonly settings: UdpSettings;
  readonly clock: Clock;
  /** Absent: the system's own. */
  readonly lookUp?: LookUp;
  /** Absent: a socket of the system's. */
  readonly openSocket?: (options: UdpSocketOptions) => Datagrams;
}

type Datagrams = Pick<UdpSocket, 'send' | 'close'>;

/**
 * Opens a way by UDP, to one host or to a group. Names are looked up anew each time; of several addresses the first one that
 * there is a way to. It does not ask whether anybody listens, unless the address says connect=1.
 */
export function udpOutput({ settings, clock, lookUp, openSocket = openUdpSocket }: UdpParts): OpenCarrier {
  return async (signal) => {
    const addresses = await hostAddresses(settings.host, clock, signal, lookUp);
    return new UdpCarrier(openFirst(addresses, settings, openSocket), settings);
  };
}

function openUdpSocket(options: UdpSocketOptions): Datagrams {
  return UdpSocket.open(options);
}

/** Datagrams of whole packets, each sent at once: what does not fill one is not kept back. */
class UdpCarrier implements Carrier {
  /** Nobody says what has arrived: what was taken counts as gone. */
  readonly unconfirmedMs = 0;

  constructor(
    private readonly socket: Datagrams,
    private readonly settings: UdpSettings,
  ) {}

  send(packets: Uint8Array): number {
    let takenBytes = 0;
    while (takenBytes < packets.length) {
      const datagram = packets.subarray(takenBytes, takenBytes + this.settings.datagramBytes);
      if (!this.#put(datagram)) break;
      takenBytes += datagram.length;
    }
    return takenBytes;
  }

  look(): undefined {}

  finish(): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  close(): void {
    this.socket.close();
  }

  #put(datagram: Uint8Array): boolean {
    try {
      return this.socket.send(datagram);
    } catch (error) {
      throw asLinkError(error, this.settings);
    }
  }
}

/** Throws what is wrong with the first address, where none is of use: the system puts the one it would take itself there. */
function openFirst(
  addresses: readonly string[],
  settings: UdpSettings,
  open: (options: UdpSocketOptions) => Datagrams,
): Datagrams {
  let failure: unknown;
  for (const address of addresses) {
    try {
      return open(socketOptions(address, settings));
    } catch (error) {
      failure ??= error;
    }
  }
  throw asLinkError(failure, settings);
}

/** Throws a `LinkError` where the address of this machine is none of that family. */
function socketOptions(address: string, settings: UdpSettings): UdpSocketOptions {
  const { localAddress, localPort, host: _host, port, ...how } = settings;
  const to = socketAddress(address, port);
  if (!to) throw unusable(`${address} is no address that can be sent to`);
  if (localAddress === undefined && localPort === 0) return { ...how, to };
  const from = socketAddress(localAddress ?? (isIpv4(to) ? ANY_IPV4 : ANY_IPV6), localPort);
  if (from?.length !== to.length) {
    throw unusable(`localaddr=${localAddress} and ${address} are not of one kind, IPv4 or IPv6`);
  }
  return { ...how, to, from };
}

/** By the size of struct sockaddr_in and sockaddr_in6. */
function isIpv4(address: Uint8Array): boolean {
  return address.length === 16;
}

function unusable(text: string): LinkError {
  return new LinkError({ code: 'link-other', text });
}

function asLinkError(error: unknown, settings: UdpSettings): unknown {
  if (!(error instanceof SocketError)) return error;
  return new LinkError(udpFailure(error.error, settings), { cause: error });
}
