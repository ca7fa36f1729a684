import { dlopen } from 'bun:ffi';
import { pinned, pinnedCopy } from './libc.ts';
import { SRT_OPTIONS, srtOptionBytes, type SrtOptionName } from './libsrt-options.ts';
import { readSrtStats, STATS_BYTES, type SrtStats } from './libsrt-stats.ts';

/** A socket of libsrt, which is no file descriptor. */
export type SrtSocket = number;

/** What srt_getsockstate() says (srtcore/srt.h, SRT_SOCKSTATUS). */
export const SRT_STATE = { connecting: 4, connected: 5 } as const;

/** What srt_getlasterror() says (srtcore/srt.h, SRT_ERRNO). */
export const SRT_ERROR = {
  /** The send buffer is full. */
  sendBufferFull: 6001,
  /** There is nothing to take now. */
  nothingThere: 6002,
} as const;

/** What went wrong in the last call. */
export interface SrtError {
  readonly code: number;
  /** The system's own error number behind it; 0 where there is none. */
  readonly systemError: number;
  readonly text: string;
}

/** The calls of libsrt that sending takes, thin and typed; none of them waits for the network. */
export interface Libsrt {
  /** Of the library's file. */
  readonly path: string;
  /** E.g. `1.5.1`. */
  readonly version: string;
  /** A socket that does not block; undefined where libsrt has none to give. */
  createSocket(): SrtSocket | undefined;
  /** Whether libsrt has taken the value. */
  setOption(socket: SrtSocket, name: SrtOptionName, value: number | string): boolean;
  /** Bytes of one message at the most; 0 where there is no such limit. */
  payloadBytes(socket: SrtSocket): number;
  /** @param address struct sockaddr_in or sockaddr_in6 */
  bind(socket: SrtSocket, address: Uint8Array): boolean;
  /** @param backlog callers that may wait for `accept` */
  listen(socket: SrtSocket, backlog: number): boolean;
  /** Somebody who has shaken hands, by a socket that does not block either; undefined where there is nobody, or after an error. */
  accept(socket: SrtSocket): SrtSocket | undefined;
  /** Begins to connect; `state` tells what becomes of it. */
  connect(socket: SrtSocket, address: Uint8Array): boolean;
  /** Sends one message. @returns bytes taken, or -1 */
  send(socket: SrtSocket, message: Uint8Array): number;
  /** One of `SRT_STATE`, or another number for a socket that is broken or gone. */
  state(socket: SrtSocket): number;
  /** Why a connection has not come about: SRT_REJECT_REASON of srtcore/srt.h, or a code of access_control.h. */
  rejectReason(socket: SrtSocket): number;
  /** Undefined where the socket is not connected. */
  stats(socket: SrtSocket): SrtStats | undefined;
  /** Of the last call that failed; to be asked right after it. */
  lastError(): SrtError;
  /** Closes at once; what was not sent is lost. May be called again. */
  close(socket: SrtSocket): void;
}

/** By their names in C; each is documented in docs/API/API-functions.md of libsrt. */
const SYMBOLS = {
  srt_startup: { args: [], returns: 'i32' },
  srt_setloglevel: { args: ['i32'], returns: 'void' },
  srt_create_socket: { args: [], returns: 'i32' },
  srt_close: { args: ['i32'], returns: 'i32' },
  srt_setsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'i32'], returns: 'i32' },
  srt_getsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'ptr'], returns: 'i32' },
  srt_bind: { args: ['i32', 'ptr', 'i32'], returns: 'i32' },
  srt_listen: { args: ['i32', 'i32'], returns: 'i32' },
  srt_accept: { args: ['i32', 'ptr', 'ptr'], returns: 'i32' },
  srt_connect: { args: ['i32', 'ptr', 'i32'], returns: 'i32' },
  srt_sendmsg2: { args: ['i32', 'ptr', 'i32', 'ptr'], returns: 'i32' },
  srt_getsockstate: { args: ['i32'], returns: 'i32' },
  srt_getrejectreason: { args: ['i32'], returns: 'i32' },
  srt_bistats: { args: ['i32', 'ptr', 'i32', 'i32'], returns: 'i32' },
  srt_getlasterror: { args: ['ptr'], returns: 'i32' },
  srt_getlasterror_str: { args: [], returns: 'cstring' },
} as const;

/** Levels are those of syslog; libsrt says nothing at this one. It would write to our standard error, in a form of its own. */
const LOG_EMERGENCY = 0;
/** In the statistics, the buffer as it is now and not its mean of the last second. */
const [KEEP_COUNTING, AS_IT_IS_NOW] = [0, 1];

/** srt_getversion() of the library in this file: `0x010501` for 1.5.1. Throws where the file cannot be loaded. */
export function libsrtVersionNumber(path: string): number {
  const { symbols } = dlopen(path, { srt_getversion: { args: [], returns: 'u32' } });
  return symbols.srt_getversion();
}

/** Loads the library for good and starts its threads; to be done once. Throws where it cannot be loaded or started. */
export function startLibsrt(path: string, version: string): Libsrt {
  const { symbols: srt } = dlopen(path, SYMBOLS);
  srt.srt_setloglevel(LOG_EMERGENCY);
  if (srt.srt_startup() < 0) throw new Error(String(srt.srt_getlasterror_str()));
  return new LoadedLibrary(path, version, srt);
}

type Symbols = ReturnType<typeof dlopen<typeof SYMBOLS>>['symbols'];

class LoadedLibrary implements Libsrt {
  readonly #value = pinned(8);
  readonly #length = pinned(4);
  readonly #systemError = pinned(4);
  readonly #stats = pinned(STATS_BYTES);
  readonly #statsView = new DataView(this.#stats.view.buffer);

  constructor(
    readonly path: string,
    readonly version: string,
    private readonly srt: Symbols,
  ) {}

  createSocket(): SrtSocket | undefined {
    const socket = this.srt.srt_create_socket();
    if (socket < 0) return undefined;
    this.#doNotBlock(socket);
    return socket;
  }

  setOption(socket: SrtSocket, name: SrtOptionName, value: number | string): boolean {
    const { view, address } = pinnedCopy(srtOptionBytes(name, value));
    return this.srt.srt_setsockopt(socket, 0, SRT_OPTIONS[name][0], address, view.length) === 0;
  }

  payloadBytes(socket: SrtSocket): number {
    int32(this.#length.view).setInt32(0, 4, true);
    const [number] = SRT_OPTIONS.payloadsize;
    const result = this.srt.srt_getsockopt(socket, 0, number, this.#value.address, this.#length.address);
    return result < 0 ? 0 : int32(this.#value.view).getInt32(0, true);
  }

  bind(socket: SrtSocket, address: Uint8Array): boolean {
    return this.srt.srt_bind(socket, address, address.length) === 0;
  }

  listen(socket: SrtSocket, backlog: number): boolean {
    return this.srt.srt_listen(socket, backlog) === 0;
  }

  accept(socket: SrtSocket): SrtSocket | undefined {
    const caller = this.srt.srt_accept(socket, null, null);
    if (caller < 0) return undefined;
    this.#doNotBlock(caller);
    return caller;
  }

  connect(socket: SrtSocket, address: Uint8Array): boolean {
    return this.srt.srt_connect(socket, address, address.length) === 0;
  }

  send(socket: SrtSocket, message: Uint8Array): number {
    return this.srt.srt_sendmsg2(socket, message, message.length, null);
  }

  state(socket: SrtSocket): number {
    return this.srt.srt_getsockstate(socket);
  }

  rejectReason(socket: SrtSocket): number {
    return this.srt.srt_getrejectreason(socket);
  }

  stats(socket: SrtSocket): SrtStats | undefined {
    const result = this.srt.srt_bistats(socket, this.#stats.address, KEEP_COUNTING, AS_IT_IS_NOW);
    return result < 0 ? undefined : readSrtStats(this.#statsView);
  }

  lastError(): SrtError {
    int32(this.#systemError.view).setInt32(0, 0, true);
    const code = this.srt.srt_getlasterror(this.#systemError.address);
    const text = String(this.srt.srt_getlasterror_str());
    return { code, systemError: int32(this.#systemError.view).getInt32(0, true), text };
  }

  close(socket: SrtSocket): void {
    this.srt.srt_close(socket);
  }

  #doNotBlock(socket: SrtSocket): void {
    this.setOption(socket, 'sndsyn', 0);
    this.setOption(socket, 'rcvsyn', 0);
  }
}

function int32(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer);
}
