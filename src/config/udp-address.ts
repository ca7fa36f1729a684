import { isIP } from 'node:net';
import { parameterName, parameterOf, type Address } from './address.ts';
import { cInteger } from './c-number.ts';
import type { UdpSettings } from './config.ts';
import { withoutBrackets } from './host.ts';

/** Of MPEG-TS (ISO/IEC 13818-1): a datagram holds whole ones. */
const PACKET_BYTES = 188;
/** Seven packets: what fits into a frame of Ethernet, and what receivers of MPEG-TS over UDP expect. */
const USUAL_DATAGRAM_BYTES = 7 * PACKET_BYTES;
/** As many packets as fit into the 65,507 bytes that one datagram may carry over IPv4. */
const LARGEST_DATAGRAM_BYTES = 348 * PACKET_BYTES;
/** ffmpeg's own. */
const USUAL_MULTICAST_TTL = 16;

/** What ffmpeg's udp:// takes in an address (`udp_open` in libavformat/udp.c) and we do, too. */
const CARRIED_OUT = [
  'ttl',
  'pkt_size',
  'localaddr',
  'localport',
  'buffer_size',
  'broadcast',
  'reuse',
  'connect',
  'dscp',
] as const;
/** What it takes for receiving alone. */
const WITHOUT_EFFECT = ['fifo_size', 'overrun_nonfatal', 'timeout'] as const;
const KNOWN: ReadonlySet<string> = new Set([...CARRIED_OUT, ...WITHOUT_EFFECT]);

type Option = (typeof CARRIED_OUT)[number];

/** The largest values that mean something; ffmpeg would fail at each start, or send what nobody meant. */
const LARGEST = { ttl: 255, localport: 65_535, dscp: 63 } as const;

/**
 * What a udp:// address without faults asks for, in the meaning that ffmpeg gives it. Undefined where only ffmpeg can do it:
 * with options that are its own (a bit rate of its sending, UDP-Lite), datagrams of less than a packet, a name as localaddr.
 */
export function udpSettings(address: Address): UdpSettings | undefined {
  if (!address.parameters.every((parameter) => KNOWN.has(parameterName(parameter)))) return undefined;
  const numberOf = (name: Option) => udpNumber(address, name);
  const [sizeBytes, localAddress] = [numberOf('pkt_size'), textOf(address, 'localaddr') || undefined];
  if (sizeBytes !== undefined && sizeBytes < PACKET_BYTES) return undefined;
  if (localAddress !== undefined && isIP(localAddress) === 0) return undefined;
  const [sendBufferBytes = -1, dscp = -1] = [numberOf('buffer_size'), numberOf('dscp')];
  const isReused = reuseOf(address);
  return {
    host: withoutBrackets(address.host),
    port: Number(address.port),
    datagramBytes: wholePackets(sizeBytes ?? USUAL_DATAGRAM_BYTES),
    multicastTtl: numberOf('ttl') ?? USUAL_MULTICAST_TTL,
    localPort: Math.max(0, numberOf('localport') ?? 0),
    isBroadcast: (numberOf('broadcast') ?? 0) !== 0,
    isConnected: (numberOf('connect') ?? 0) !== 0,
    ...(localAddress !== undefined && { localAddress }),
    ...(sendBufferBytes >= 0 && { sendBufferBytes }),
    ...(isReused !== undefined && { isReused }),
    ...(dscp >= 0 && { dscp }),
  };
}

/** What is wrong with the parts that only a udp:// address has. */
export function udpFaults(address: Address): string[] {
  const [ttl, port, dscp] = [
    udpNumber(address, 'ttl') ?? 0,
    udpNumber(address, 'localport') ?? 0,
    udpNumber(address, 'dscp') ?? 0,
  ];
  return [
    ...(ttl >= 0 && ttl <= LARGEST.ttl ? [] : [`must have a ttl from 0 to ${LARGEST.ttl}`]),
    ...(port <= LARGEST.localport ? [] : [`must have a localport up to ${LARGEST.localport}`]),
    ...(dscp <= LARGEST.dscp ? [] : [`must have a dscp from 0 to ${LARGEST.dscp}`]),
  ];
}

function wholePackets(sizeBytes: number): number {
  return Math.min(LARGEST_DATAGRAM_BYTES, sizeBytes - (sizeBytes % PACKET_BYTES));
}

/** Where it is said without a number, it is asked for. Absent: where it goes to a group alone. */
function reuseOf(address: Address): boolean | undefined {
  const text = textOf(address, 'reuse');
  if (text === undefined) return undefined;
  return /^\s*[+-]?\d/.test(text) ? leadingNumber(text) !== 0 : true;
}

function udpNumber(address: Address, name: Option): number | undefined {
  const text = textOf(address, name);
  return text === undefined ? undefined : leadingNumber(text);
}

/** As ffmpeg reads it. */
function leadingNumber(text: string): number {
  return Number(cInteger(text, 'ten'));
}

/** As ffmpeg decodes it (`av_find_info_tag`): the `+` alone. */
function textOf({ parameters }: Address, name: Option): string | undefined {
  return parameterOf(parameters, name)?.replaceAll('+', ' ');
}
