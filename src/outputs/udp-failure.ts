import type { Failure } from '../base/failure.ts';
import type { UdpSettings } from '../config/config.ts';
import {
  EACCES,
  EADDRINUSE,
  EADDRNOTAVAIL,
  ECONNREFUSED,
  EHOSTUNREACH,
  EMSGSIZE,
  ENETDOWN,
  ENETUNREACH,
  EPERM,
  errorInWords,
} from '../os/libc.ts';

/** Why datagrams cannot be sent, by the number of the system's error. */
export function udpFailure(error: number, { localPort, localAddress, datagramBytes }: UdpSettings): Failure {
  switch (error) {
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTUNREACH:
      return { code: 'link-unreachable', text: 'the network of the destination cannot be reached' };
    case ECONNREFUSED:
      return { code: 'link-refused', text: 'connection refused: nothing listens at the destination' };
    case EACCES:
      return other('the system does not allow it; to a broadcast address it does with broadcast=1');
    case EPERM:
      return other('a firewall of this machine, or IPAddressDeny of the service, does not let it out');
    case EADDRINUSE:
      return { code: 'link-taken', text: `localport=${localPort} is in use: another program has it` };
    case EADDRNOTAVAIL:
      return other(`localaddr=${localAddress ?? ''} cannot be sent from: no such address on this machine`);
    case EMSGSIZE:
      return other(`datagrams of ${datagramBytes} bytes are too large for the network: lower pkt_size`);
    default:
      return other(`nothing can be sent: ${errorInWords(error)}`);
  }
}

function other(text: string): Failure {
  return { code: 'link-other', text };
}
