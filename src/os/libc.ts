import { dlopen, ptr, read, type Pointer } from 'bun:ffi';

/**
 * The few system calls that moving a frame takes, by their C names; each is documented in its man page. A call costs
 * about 30 ns beyond the system call itself. What is a ssize_t in C is read as its lower 32 bits, which hold it: no call
 * is given more than `LARGEST_PIECE_BYTES`.
 */
export const { symbols: libc } = dlopen('libc.so.6', {
  socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  socketpair: { args: ['i32', 'i32', 'i32', 'ptr'], returns: 'i32' },
  bind: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  connect: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  getsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'ptr'], returns: 'i32' },
  setsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'u32'], returns: 'i32' },
  recv: { args: ['i32', 'ptr', 'u64', 'i32'], returns: 'i32' },
  sendto: { args: ['i32', 'ptr', 'u64', 'i32', 'ptr', 'u32'], returns: 'i32' },
  send: { args: ['i32', 'ptr', 'u64', 'i32'], returns: 'i32' },
  read: { args: ['i32', 'ptr', 'u64'], returns: 'i32' },
  write: { args: ['i32', 'ptr', 'u64'], returns: 'i32' },
  writev: { args: ['i32', 'ptr', 'i32'], returns: 'i32' },
  vmsplice: { args: ['i32', 'ptr', 'u64', 'u32'], returns: 'i32' },
  ppoll: { args: ['ptr', 'u64', 'ptr', 'ptr'], returns: 'i32' },
  pipe2: { args: ['ptr', 'i32'], returns: 'i32' },
  eventfd: { args: ['u32', 'i32'], returns: 'i32' },
  fcntl: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  ioctl: { args: ['i32', 'u64', 'ptr'], returns: 'i32' },
  flock: { args: ['i32', 'i32'], returns: 'i32' },
  prctl: { args: ['i32', 'u64', 'u64', 'u64', 'u64'], returns: 'i32' },
  sched_yield: { args: [], returns: 'i32' },
  mmap: { args: ['ptr', 'u64', 'i32', 'i32', 'i32', 'i64'], returns: 'ptr' },
  munmap: { args: ['ptr', 'u64'], returns: 'i32' },
  madvise: { args: ['ptr', 'u64', 'i32'], returns: 'i32' },
  memfd_create: { args: ['ptr', 'u32'], returns: 'i32' },
  memcpy: { args: ['ptr', 'ptr', 'u64'], returns: 'ptr' },
  memset: { args: ['ptr', 'i32', 'u64'], returns: 'ptr' },
  clock_gettime: { args: ['i32', 'ptr'], returns: 'i32' },
  close: { args: ['i32'], returns: 'i32' },
  strerror: { args: ['i32'], returns: 'cstring' },
  __errno_location: { args: [], returns: 'ptr' },
});

/** As much as one call moves at the most. */
export const LARGEST_PIECE_BYTES = 2 ** 30;

/** Numbers of Linux's generic ABI, the same on x86-64 and arm64 (asm-generic/errno-base.h, errno.h and the like). */
export const EPERM = 1;
export const EINTR = 4;
export const EBADF = 9;
export const EAGAIN = 11;
export const EACCES = 13;
export const EINVAL = 22;
export const EPIPE = 32;
export const EMSGSIZE = 90;
export const EADDRINUSE = 98;
export const EADDRNOTAVAIL = 99;
export const ENETDOWN = 100;
export const ENETUNREACH = 101;
export const ENOBUFS = 105;
export const ECONNREFUSED = 111;
export const EHOSTUNREACH = 113;
export const EINPROGRESS = 115;
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
export const SO_ERROR = 4;
export const SO_SNDBUF = 7;
export const SO_SNDTIMEO = 21;
export const IPPROTO_TCP = 6;
export const TCP_NODELAY = 1;
export const MSG_DONTWAIT = 0x40;
export const MSG_NOSIGNAL = 0x4000;
export const POLLIN = 1;
export const POLLOUT = 4;
export const POLLERR = 8;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const F_SETFL = 4;
export const F_SETPIPE_SZ = 1031;
export const FIONREAD = 0x541b;
export const SPLICE_F_NONBLOCK = 2;
export const PR_SET_TIMERSLACK = 29;
export const MADV_DONTNEED = 4;
export const MFD_CLOEXEC = 1;
export const MFD_NOEXEC_SEAL = 8;
export const CLOCK_MONOTONIC = 1;

/** Memory that the kernel is given the address of: it stays where it is for as long as `view` is referenced. */
export interface Pinned {
  readonly view: Uint8Array;
  readonly address: Pointer;
}

/**
 * Zeroed memory with a fixed address. A small typed array made by its length alone lives in the collector's own heap,
 * which may move it after its address was taken (Bun issue 32054); an explicit ArrayBuffer does not.
 */
export function pinned(sizeBytes: number): Pinned {
  const view = new Uint8Array(new ArrayBuffer(sizeBytes));
  return { view, address: ptr(view) };
}

/** The same with these bytes in it. */
export function pinnedCopy(bytes: Uint8Array): Pinned {
  const memory = pinned(bytes.length);
  memory.view.set(bytes);
  return memory;
}

/** An address further on in the same memory. */
export function addressAt(base: number, offsetBytes: number): Pointer {
  // Bun brands addresses as Pointer, and any sum of one and a number is a plain number again.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (base + offsetBytes) as Pointer;
}

// C's own name for where `errno` is.
// oxlint-disable-next-line no-underscore-dangle
const errnoAddress = libc.__errno_location();

/** The error number of the last call on this thread; to be asked right after it. */
export function errno(): number {
  return errnoAddress === null ? 0 : read.i32(errnoAddress, 0);
}

/** An error number in words, e.g. `Connection refused`. */
export function errorInWords(error: number): string {
  return String(libc.strerror(error));
}
