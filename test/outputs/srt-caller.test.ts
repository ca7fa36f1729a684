import { describe, expect, test } from 'bun:test';
import { LinkError } from '../../src/base/errors.ts';
import type { FailureCode } from '../../src/base/failure.ts';
import type { SrtOption, SrtSettings } from '../../src/config/config.ts';
import { srtCaller } from '../../src/outputs/srt-caller.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { FakeLibsrt, type FakeSocket } from '../support/srt-fake.ts';

const SETTINGS: SrtSettings = { mode: 'caller', host: 'video.example', port: 9000, options: [] };
const never = new AbortController().signal;

/** By the last byte of an address: what becomes of a connection to it. Where nothing is given, nobody answers. */
type Answers = Record<number, (socket: FakeSocket) => void>;

interface StageOptions {
  readonly answers?: Answers;
  readonly addresses?: readonly string[];
  readonly settings?: Partial<SrtSettings>;
}

function stage({ answers = {}, addresses = ['192.0.2.1', '192.0.2.2'], settings = {} }: StageOptions = {}) {
  const clock = new FakeClock();
  const libsrt = new FakeLibsrt((socket) => answers[socket.address ?? -1]?.(socket));
  const asked: string[] = [];
  const lookup = (host: string) => {
    asked.push(host);
    return Promise.resolve(addresses);
  };
  const open = srtCaller({ libsrt, clock, lookup, settings: { ...SETTINGS, ...settings } });
  const tried = () => libsrt.sockets.map(({ address }) => address);
  return { clock, libsrt, asked, answers, open, tried };
}

/** The code and the words of what it rejects with, and when. */
async function failureOf(
  opening: Promise<unknown>,
  clock: FakeClock,
  withinMs = 20_000,
): Promise<{ code: FailureCode; text: string; afterMs: number }> {
  const begunMs = clock.nowMs;
  const failed = opening.then(
    () => undefined,
    (error: unknown) => ({ error, afterMs: clock.nowMs - begunMs }),
  );
  await clock.advanceMs(withinMs);
  const { error, afterMs = -1 } = (await failed) ?? {};
  if (!(error instanceof LinkError)) throw error;
  return { ...error.failure, afterMs };
}

const accept = (socket: FakeSocket) => socket.accepted();
const refuse = (reason: number) => (socket: FakeSocket) => socket.refused(reason);

describe('a call over SRT', () => {
  test('opens a carrier at the first address that answers', async () => {
    const { open, tried, libsrt } = stage({ answers: { 1: accept } });
    const carrier = await open(never);
    expect(tried()).toEqual([1]);
    expect(carrier.send(new Uint8Array(188))).toBe(188);
    expect(libsrt.sockets[0]?.sent).toHaveLength(1);
  });

  test('goes on to the next address at once where one refuses', async () => {
    const { open, clock, tried, libsrt } = stage({ answers: { 1: refuse(1404), 2: accept } });
    const opened = open(never);
    await clock.advanceMs(10);
    await opened;
    expect(tried()).toEqual([1, 2]);
    expect(libsrt.open.map(({ address }) => address)).toEqual([2]);
  });

  test('tries the next address beside one that does not answer, after half a second', async () => {
    const { open, tried, clock, libsrt } = stage({ answers: { 2: accept } });
    const opened = open(never);
    await clock.advanceMs(490);
    expect(tried()).toEqual([1]);
    await clock.advanceMs(20);
    await opened;
    expect(tried()).toEqual([1, 2]);
    expect(libsrt.open.map(({ address }) => address)).toEqual([2]);
  });

  test('waits for a socket that counts as broken for a moment before it is connected', async () => {
    const { open, clock, libsrt } = stage({ answers: { 1: refuse(0) } });
    const opened = open(never);
    await clock.advanceMs(90);
    libsrt.sockets[0]?.accepted();
    await clock.advanceMs(10);
    await opened;
    expect(libsrt.open.map(({ address }) => address)).toEqual([1]);
  });

  test('takes the first address still while the second is tried', async () => {
    const { open, clock, libsrt } = stage();
    const opened = open(never);
    await clock.advanceMs(1000);
    libsrt.sockets[0]?.accepted();
    await clock.advanceMs(10);
    await opened;
    expect(libsrt.open.map(({ address }) => address)).toEqual([1]);
  });

  test('begins with the address that answered last', async () => {
    const { open, clock, tried } = stage({ answers: { 2: accept } });
    const first = open(never);
    await clock.advanceMs(600);
    await first;
    await open(never);
    expect(tried()).toEqual([1, 2, 2]);
  });

  test('looks the name up at each attempt', async () => {
    const { open, asked } = stage({ answers: { 1: accept } });
    await open(never);
    await open(never);
    expect(asked).toEqual(['video.example', 'video.example']);
  });

  test.each([
    ['192.0.2.7', 7],
    ['2001:db8::7', 7],
  ])('asks nobody for the address %s', async (host, byte) => {
    const { open, asked, tried } = stage({ answers: { 7: accept }, settings: { host } });
    await open(never);
    expect(asked).toEqual([]);
    expect(tried()).toEqual([byte]);
  });

  test('has every option of the address set before it connects', async () => {
    const options: SrtOption[] = [
      { parameter: 'latency', name: 'latency', value: 200 },
      { parameter: 'streamid', name: 'streamid', value: 'a' },
    ];
    const connected: unknown[] = [];
    const answers = {
      1: (socket: FakeSocket) => {
        connected.push(...socket.options);
        socket.accepted();
      },
    };
    await stage({ answers, settings: { options } }).open(never);
    expect(connected).toEqual([
      ['latency', 200],
      ['streamid', 'a'],
      ['sender', 1],
    ]);
  });

  test('has messages of one packet at the least', async () => {
    const options: SrtOption[] = [{ parameter: 'pkt_size', name: 'payloadsize', value: 100 }];
    const { open, libsrt } = stage({ answers: { 1: accept }, settings: { options } });
    await open(never);
    expect(libsrt.sockets[0]?.options[0]).toEqual(['payloadsize', 188]);
  });
});

describe('a call that comes to nothing', () => {
  test('ends after 3 s where nobody answers', async () => {
    const { open, clock, tried, libsrt } = stage();
    const { code, afterMs } = await failureOf(open(never), clock);
    expect(code).toBe('link-no-answer');
    expect(afterMs).toBeGreaterThanOrEqual(3000);
    expect(afterMs).toBeLessThan(3100);
    expect(tried()).toEqual([1, 2]);
    expect(libsrt.open).toEqual([]);
    expect(clock.sleeperCount).toBe(0);
  });

  test.each([
    [{ openLimitMs: 800 }, 800],
    [{ openLimitMs: 9000 }, 3000],
    [{ openLimitMs: 0 }, 3000],
    [{ options: [{ parameter: 'connect_timeout', name: 'conntimeo', value: 6000 }] }, 6000],
  ] as const)('with %p it ends after %i ms', async (settings, limitMs) => {
    const { open, clock } = stage({ settings });
    const { afterMs } = await failureOf(open(never), clock);
    expect(Math.abs(afterMs - limitMs)).toBeLessThan(50);
  });

  test('gives the last of many addresses a second and a half', async () => {
    const addresses = [1, 2, 3, 4, 5, 6].map((byte) => `192.0.2.${byte}`);
    const { open, clock, tried } = stage({ addresses });
    const { afterMs } = await failureOf(open(never), clock);
    expect(tried()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(Math.abs(afterMs - 4000)).toBeLessThan(50);
  });

  test.each([
    [1404, 'link-no-such-stream', 'knows no such stream'],
    [1409, 'link-taken', 'another publisher'],
    [1403, 'link-not-allowed', 'does not allow'],
    [1401, 'link-not-allowed', 'user and password'],
    [10, 'link-passphrase-refused', 'refuses the passphrase'],
    [11, 'link-passphrase-mismatch', 'both sides must agree'],
    [16, 'link-no-answer', 'no SRT listener answers'],
    [1499, 'link-rejected', '1499'],
    [2345, 'link-rejected', '2345'],
    [77, 'link-rejected', '77'],
    [0, 'link-closed-at-once', 'closes the stream at once'],
  ])('says what %i means', async (reason, code, words) => {
    const { open, clock } = stage({ answers: { 1: refuse(reason) }, addresses: ['192.0.2.1'] });
    const failure = await failureOf(open(never), clock);
    expect<string>(failure.code).toBe(code);
    expect(failure.text).toContain(words);
  });

  test('says what one address answered rather than that another did not', async () => {
    const { open, clock } = stage({ answers: { 2: refuse(1409) } });
    expect((await failureOf(open(never), clock)).code).toBe('link-taken');
  });

  test('says which parameter libsrt refuses, and not its value', async () => {
    const options: SrtOption[] = [{ parameter: 'ffs', name: 'fc', value: 1 }];
    const { open, clock, libsrt } = stage({ settings: { options } });
    libsrt.refusedOptions.add('fc');
    const { code, text } = await failureOf(open(never), clock);
    expect(code).toBe('link-other');
    expect(text).toContain('value of ffs in COSMOS_VIDEO_DESTINATION');
    expect(libsrt.open).toEqual([]);
  });

  test('says that a passphrase has the wrong length', async () => {
    const options: SrtOption[] = [{ parameter: 'passphrase', name: 'passphrase', value: 'SECRET' }];
    const { open, clock, libsrt } = stage({ settings: { options } });
    libsrt.refusedOptions.add('passphrase');
    const { code, text } = await failureOf(open(never), clock);
    expect(code).toBe('link-passphrase-length');
    expect(text).not.toContain('SECRET');
  });

  test('says that the host is unknown', async () => {
    const { open, clock } = stage({ addresses: [] });
    const { code, text, afterMs } = await failureOf(open(never), clock);
    expect([code, afterMs]).toEqual(['link-unknown-host', 0]);
    expect(text).toContain('unknown host');
  });

  test('gives up a DNS that does not answer, and asks it again the next time', async () => {
    const clock = new FakeClock();
    const libsrt = new FakeLibsrt(accept);
    const answers = [new Promise<string[]>(() => undefined), Promise.resolve(['192.0.2.3'])];
    const lookup = () => answers.shift() ?? Promise.resolve([]);
    const open = srtCaller({ libsrt, clock, lookup, settings: SETTINGS });
    expect((await failureOf(open(never), clock)).code).toBe('link-unknown-host');
    await open(never);
    expect(libsrt.sockets.map(({ address }) => address)).toEqual([3]);
  });

  test('tries eight addresses at the most', async () => {
    const addresses = Array.from({ length: 20 }, (_, index) => `192.0.2.${index}`);
    const { open, clock, tried } = stage({ addresses });
    await failureOf(open(never), clock);
    expect(tried()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('ends at once with the reason of its signal, and leaves no socket', async () => {
    const { open, clock, libsrt } = stage();
    const stop = new AbortController();
    const opened = open(stop.signal).catch((error: unknown) => error);
    await clock.advanceMs(1000);
    expect(libsrt.open).toHaveLength(2);
    stop.abort(new Error('enough'));
    await settle();
    expect(await opened).toEqual(new Error('enough'));
    expect(libsrt.open).toEqual([]);
    expect(clock.sleeperCount).toBe(0);
  });

  test('does not begin where its signal has been given before', async () => {
    const { open, asked } = stage();
    const opened = open(AbortSignal.abort(new Error('enough')));
    expect(await opened.catch((error: unknown) => error)).toEqual(new Error('enough'));
    expect(asked).toEqual([]);
  });
});
