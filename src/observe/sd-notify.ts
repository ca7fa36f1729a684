import {
  AF_UNIX,
  CLOCK_MONOTONIC,
  libc,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  pinned,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
} from '../direct/libc.ts';
import type { ServiceManager } from './service-manager.ts';

/**
 * The service manager behind the socket that NOTIFY_SOCKET names: each thing that it is told is one datagram
 * (sd_notify(3)). The runtime has no datagrams on unix sockets, so libc sends them: 15 µs each, and nothing to spawn.
 */
export function systemdManager(notifySocket: string): ServiceManager {
  const send = datagramSender(notifySocket);
  return {
    ready: () => send('READY=1'),
    // Type=notify-reload and `systemctl reload` match the answer to the request by this time (sd_notify(3)).
    reloading: () => send(`RELOADING=1\nMONOTONIC_USEC=${monotonicUs()}`),
    stopping: () => send('STOPPING=1'),
    status: (text) => send(`STATUS=${text.replaceAll('\n', ' ')}`),
    alive: () => send('WATCHDOG=1'),
  };
}

/** Sends datagrams for as long as the program runs; one that cannot be sent is lost, which the watchdog shows. */
function datagramSender(path: string): (message: string) => void {
  const fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  // A leading @ stands for the zero byte that abstract names begin with (unix(7)).
  const name = new TextEncoder().encode(path.startsWith('@') ? `\0${path.slice(1)}` : path);
  const address = pinned(2 + name.length);
  address.view.set(Uint8Array.of(AF_UNIX, 0, ...name));
  return (message) => {
    const bytes = new TextEncoder().encode(message);
    const memory = pinned(bytes.length);
    memory.view.set(bytes);
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
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
