import type { ServiceManager } from '../base/service-manager.ts';
import {
  AF_UNIX,
  CLOCK_MONOTONIC,
  libc,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  pinned,
  pinnedCopy,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SO_SNDTIMEO,
  SOL_SOCKET,
} from './libc.ts';

/** How long a message that the service manager waits for may be held up where it is busy and its queue is full. */
const SEND_LIMIT_S = 2n;

/**
 * The service manager behind the socket that NOTIFY_SOCKET names: each message to it is one datagram
 * (sd_notify(3)). The runtime has no datagrams on unix sockets, so libc sends them: 15 µs each, and nothing to spawn.
 */
export function systemdManager(notifySocket: string): ServiceManager {
  const send = datagramSender(notifySocket);
  const sendPatiently = (message: string) => send(message, 0);
  return {
    ready: () => sendPatiently('READY=1'),
    // Type=notify-reload and `systemctl reload` match the answer to the request by this time (sd_notify(3)).
    reloading: () => sendPatiently(`RELOADING=1\nMONOTONIC_USEC=${monotonicUs()}`),
    stopping: () => sendPatiently('STOPPING=1'),
    status: (text) => send(`STATUS=${text.replaceAll('\n', ' ')}`),
    alive: () => send('WATCHDOG=1'),
  };
}

/**
 * Sends datagrams for as long as the program runs; one that cannot be sent at once is lost, which the watchdog shows, or
 * without MSG_DONTWAIT after `SEND_LIMIT_S`.
 */
function datagramSender(path: string): (message: string, waitFlag?: number) => void {
  const fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const limit = pinned(16);
  new DataView(limit.view.buffer).setBigInt64(0, SEND_LIMIT_S, true);
  libc.setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, limit.address, limit.view.length);
  // A leading @ stands for the zero byte that abstract names begin with (unix(7)).
  const name = new TextEncoder().encode(path.startsWith('@') ? `\0${path.slice(1)}` : path);
  const address = pinnedCopy(Uint8Array.of(AF_UNIX, 0, ...name));
  return (message, waitFlag = MSG_DONTWAIT) => {
    const bytes = new TextEncoder().encode(message);
    const memory = pinnedCopy(bytes);
    const flags = waitFlag | MSG_NOSIGNAL;
    libc.sendto(fd, memory.address, bytes.length, flags, address.address, address.view.length);
  };
}

/** CLOCK_MONOTONIC itself; the runtime's own clocks may start with the program. */
function monotonicUs(): bigint {
  const time = pinned(16);
  libc.clock_gettime(CLOCK_MONOTONIC, time.address);
  const view = new DataView(time.view.buffer);
  return view.getBigInt64(0, true) * 1_000_000n + view.getBigInt64(8, true) / 1_000n;
}
