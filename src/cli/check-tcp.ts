import { connect, type Socket } from 'node:net';
import { codeOf, messageOf } from '../base/errors.ts';
import { splitAddress, parameterOf, type Address } from '../config/address.ts';
import { withoutBrackets } from '../config/host.ts';
import { bad, good, type Finding } from './finding.ts';

/** A server that has not answered by then is not waited for by anyone; TCP itself would go on for two minutes. */
const ANSWER_LIMIT_MS = 10_000;

/** What ffmpeg opens a TCP connection for, with the port where the address has none. */
const PORTS: Readonly<Record<string, number>> = { tcp: 0, tls: 0, http: 80, https: 443 };

/** Those that ffmpeg takes through the proxy that `http_proxy` names (libavformat/http.c and tls.c). */
const PROXIED = new Set(['http', 'https', 'tls']);

/** What to do, by the code of the system's error. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused: nothing listens there, or a firewall turns us away'],
  ['ENETUNREACH', 'the network cannot be reached: check the address, and the routes of this machine'],
  ['EHOSTUNREACH', 'the host cannot be reached: check the address, and the routes of this machine'],
  ['ECONNRESET', 'it closed the connection at once: check what listens there'],
]);

/** Where a connection by TCP would be made. */
export interface TcpPlace {
  readonly host: string;
  readonly port: number;
}

/** Where ffmpeg would connect to at a start; undefined where it connects to nobody, not by TCP, or through a proxy. */
export function tcpPlace(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
): TcpPlace | undefined {
  const address = splitAddress(url);
  const usualPort = address && PORTS[address.scheme];
  if (address === undefined || usualPort === undefined || isListener(address)) return undefined;
  if (PROXIED.has(address.scheme) && env['http_proxy']) return undefined;
  return { host: withoutBrackets(address.host), port: Number(address.port) || usualPort };
}

/** Makes a connection and closes it; `limitMs` and `dial` are for tests. Never throws. */
export async function tcpFinding(
  place: TcpPlace,
  display: string,
  limitMs = ANSWER_LIMIT_MS,
  dial: (place: TcpPlace) => Socket = connect,
): Promise<Finding> {
  try {
    await connected(dial(place), limitMs);
    return good(`${display} takes connections`);
  } catch (error) {
    return bad(`${display}: ${WORDS.get(codeOf(error) ?? '') ?? messageOf(error)}`);
  }
}

/** `?listen` and `?listen=1` make ffmpeg wait to be called (libavformat/tcp.c and tls.c); of http it is no parameter. */
function isListener({ scheme, parameters }: Address): boolean {
  const listen = parameterOf(parameters, 'listen');
  return (scheme === 'tcp' || scheme === 'tls') && listen !== undefined && listen !== '0';
}

function connected(socket: Socket, limitMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const limit = setTimeout(() => {
    reject(
      new Error(`no answer in ${limitMs / 1000} s: is it running, and the port open in every firewall?`),
    );
  }, limitMs);
  socket.once('connect', () => resolve());
  // Stays: an error that comes after the first one would otherwise end the program.
  socket.on('error', reject);
  return promise.finally(() => {
    clearTimeout(limit);
    socket.destroy();
  });
}
