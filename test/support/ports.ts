import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/**
 * Below what the kernel gives to outgoing connections (`ip_local_port_range`, from 32768): one that a client of a
 * stopped server tries could otherwise get that server's own port, and keep it from starting again.
 */
const [FIRST_PORT, PORTS] = [10_000, 20_000];

let last = Math.floor(Math.random() * PORTS);

/** A TCP port of loopback that was free a moment ago; another one at each call. */
export function freeTcpPort(): Promise<number> {
  return nextPort(isFreeForTcp);
}

/** A UDP port of loopback that was free a moment ago; another one at each call. */
export function freeUdpPort(): Promise<number> {
  return nextPort(isFreeForUdp);
}

/** Whether a UDP socket of this machine is bound to the port: `/proc/net/udp` lists them in hexadecimal. */
export async function isUdpPortBound(port: number): Promise<boolean> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const table = await Bun.file('/proc/net/udp').text();
  return new RegExp(`: [0-9A-F]{8}:${hex} `).test(table);
}

async function nextPort(isFree: (port: number) => Promise<boolean>): Promise<number> {
  for (let tries = 0; tries < PORTS; tries += 1) {
    last = (last + 1) % PORTS;
    const port = FIRST_PORT + last;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${FIRST_PORT} to ${FIRST_PORT + PORTS - 1} is free`);
}

function isFreeForTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function isFreeForUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => socket.close(() => resolve(false)));
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)));
  });
}
