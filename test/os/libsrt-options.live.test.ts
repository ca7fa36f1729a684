import { dlopen } from 'bun:ffi';
import { describe, expect, test } from 'bun:test';
import { pinned } from '../../src/os/libc.ts';
import type { SrtSocket } from '../../src/os/libsrt-calls.ts';
import { SRT_OPTIONS, type SrtOptionName } from '../../src/os/libsrt-options.ts';
import { loadLibsrt } from '../../src/os/libsrt.ts';

/** The numbers of srtcore/srt.h (SRT_SOCKOPT), once more, and a value that is not the one from the start. */
const NUMBERS: Partial<Record<SrtOptionName, readonly [number: number, value: number]>> = {
  mss: [0, 1_400],
  sndsyn: [1, 1],
  rcvsyn: [2, 1],
  fc: [4, 12_345],
  // libsrt keeps them in units of what one packet holds.
  sndbuf: [5, 100 * 1_472],
  rcvbuf: [6, 200 * 1_472],
  maxbw: [16, 2 ** 33 + 1],
  sender: [21, 1],
  tsbpdmode: [22, 0],
  latency: [23, 321],
  inputbw: [24, 2 ** 34 + 1],
  oheadbw: [25, 37],
  pbkeylen: [27, 24],
  ipttl: [29, 17],
  iptos: [30, 184],
  tlpktdrop: [31, 0],
  snddropdelay: [32, 77],
  nakreport: [33, 0],
  conntimeo: [36, 1_234],
  lossmaxttl: [42, 9],
  rcvlatency: [43, 222],
  peerlatency: [44, 111],
  minversion: [45, 0x01_03_00],
  messageapi: [48, 0],
  payloadsize: [49, 1_000],
  kmrefreshrate: [51, 5_000],
  kmpreannounce: [52, 1_000],
  enforcedencryption: [53, 0],
  ipv6only: [54, 1],
};
const [STREAMID, CONGESTION, MESSAGEAPI] = [46, 47, 48];
const LONGEST_TEXT_BYTES = 512;

const loaded = loadLibsrt();
if (loaded.kind !== 'loaded') throw new Error(loaded.reason);
const { libsrt } = loaded;
const { symbols: srt } = dlopen(libsrt.path, {
  srt_getsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'ptr'], returns: 'i32' },
});

/** What libsrt has for the option of this number. */
function valueOf(socket: SrtSocket, number: number): Uint8Array {
  const [value, length] = [pinned(LONGEST_TEXT_BYTES), pinned(4)];
  const lengthView = new DataView(length.view.buffer);
  lengthView.setInt32(0, LONGEST_TEXT_BYTES, true);
  if (srt.srt_getsockopt(socket, 0, number, value.address, length.address) < 0) {
    throw new Error(libsrt.lastError().text);
  }
  return value.view.subarray(0, lengthView.getInt32(0, true));
}

function numberOf(socket: SrtSocket, number: number): number {
  const bytes = valueOf(socket, number);
  return bytes.toReversed().reduce((sum, byte) => sum * 256 + byte, 0);
}

function textOf(socket: SrtSocket, number: number): string {
  return new TextDecoder().decode(valueOf(socket, number));
}

function withSocket(use: (socket: SrtSocket) => void): void {
  const socket = libsrt.createSocket();
  if (socket === undefined) throw new Error(libsrt.lastError().text);
  try {
    use(socket);
  } finally {
    libsrt.close(socket);
  }
}

describe('an option that is set', () => {
  test('is one of those that are tried here', () => {
    const tried = [...Object.keys(NUMBERS), 'transtype', 'passphrase', 'streamid', 'congestion'];
    expect(tried.toSorted()).toEqual(Object.keys(SRT_OPTIONS).toSorted());
  });

  // The keys of an object are plain strings to the compiler.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const rows = Object.entries(NUMBERS).map(([name, row]) => [name as SrtOptionName, ...row] as const);

  test.each(rows)('%s is number %i of libsrt, with the value %i', (name, number, value) => {
    withSocket((socket) => {
      expect(numberOf(socket, number)).not.toBe(value);
      expect(libsrt.setOption(socket, name, value)).toBe(true);
      expect(numberOf(socket, number)).toBe(value);
    });
  });

  test('is a text with its length', () => {
    withSocket((socket) => {
      expect(libsrt.setOption(socket, 'streamid', '#!::r=é')).toBe(true);
      expect(textOf(socket, STREAMID)).toBe('#!::r=é');
      expect(libsrt.setOption(socket, 'congestion', 'file')).toBe(true);
      expect(textOf(socket, CONGESTION)).toBe('file');
    });
  });

  test('is the passphrase, which cannot be read, but has its limits', () => {
    withSocket((socket) => {
      expect(libsrt.setOption(socket, 'passphrase', '123456789')).toBe(false);
      expect(libsrt.setOption(socket, 'passphrase', '1234567890')).toBe(true);
    });
  });

  test('is the type of transmission, which cannot be read, but changes others', () => {
    withSocket((socket) => {
      expect(libsrt.setOption(socket, 'transtype', 1)).toBe(true);
      expect([textOf(socket, CONGESTION), numberOf(socket, MESSAGEAPI)]).toEqual(['file', 0]);
      expect(libsrt.setOption(socket, 'transtype', 0)).toBe(true);
      expect([textOf(socket, CONGESTION), numberOf(socket, MESSAGEAPI)]).toEqual(['live', 1]);
    });
  });
});
