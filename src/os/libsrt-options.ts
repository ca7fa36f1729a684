/** How libsrt takes a value: int and int64_t; a bool may be given as an int; text is its bytes without an end. */
type Kind = 'i32' | 'i64' | 'text';

/**
 * Numbers and kinds of the options that are set (srtcore/srt.h, SRT_SOCKOPT), by their names in libsrt's documentation
 * without `SRTO_`. `sndsyn` and `rcvsyn` are whether a call blocks.
 */
export const SRT_OPTIONS = {
  mss: [0, 'i32'],
  sndsyn: [1, 'i32'],
  rcvsyn: [2, 'i32'],
  fc: [4, 'i32'],
  sndbuf: [5, 'i32'],
  rcvbuf: [6, 'i32'],
  maxbw: [16, 'i64'],
  sender: [21, 'i32'],
  tsbpdmode: [22, 'i32'],
  latency: [23, 'i32'],
  inputbw: [24, 'i64'],
  oheadbw: [25, 'i32'],
  passphrase: [26, 'text'],
  pbkeylen: [27, 'i32'],
  ipttl: [29, 'i32'],
  iptos: [30, 'i32'],
  tlpktdrop: [31, 'i32'],
  snddropdelay: [32, 'i32'],
  nakreport: [33, 'i32'],
  conntimeo: [36, 'i32'],
  lossmaxttl: [42, 'i32'],
  rcvlatency: [43, 'i32'],
  peerlatency: [44, 'i32'],
  minversion: [45, 'i32'],
  streamid: [46, 'text'],
  congestion: [47, 'text'],
  messageapi: [48, 'i32'],
  payloadsize: [49, 'i32'],
  transtype: [50, 'i32'],
  kmrefreshrate: [51, 'i32'],
  kmpreannounce: [52, 'i32'],
  enforcedencryption: [53, 'i32'],
  ipv6only: [54, 'i32'],
} as const satisfies Record<string, readonly [number: number, kind: Kind]>;

export type SrtOptionName = keyof typeof SRT_OPTIONS;

/** The value as the bytes that libsrt reads. Throws a TypeError where a text is given for a number or the other way round. */
export function srtOptionBytes(name: SrtOptionName, value: number | string): Uint8Array {
  const kind: Kind = SRT_OPTIONS[name][1];
  if (typeof value === 'string') {
    if (kind !== 'text') throw new TypeError(`the SRT option ${name} is a number`);
    return new TextEncoder().encode(value);
  }
  if (kind === 'text') throw new TypeError(`the SRT option ${name} is a text`);
  return kind === 'i64' ? int64Bytes(value) : int32Bytes(value);
}

function int32Bytes(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setInt32(0, value, true);
  return new Uint8Array(view.buffer);
}

function int64Bytes(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, BigInt(Math.trunc(value)), true);
  return new Uint8Array(view.buffer);
}
