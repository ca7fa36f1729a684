import { expect, test } from 'bun:test';
import { LinkError } from '../../src/base/errors.ts';
import type { Failure } from '../../src/base/failure.ts';
import type { LinkFigures } from '../../src/base/output-state.ts';
import { carrierFinding, listenerFinding } from '../../src/cli/check-carrier.ts';
import type { Carrier, Listener, OpenListener } from '../../src/outputs/carrier.ts';
import { FakeListener } from '../support/fake-carrier.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';

const HOLD_MS = 2000;
const LOST: Failure = { code: 'link-lost', text: 'the link was lost' };
const AT_ONCE: Failure = { code: 'link-closed-at-once', text: 'it closes the stream at once' };

const figures: LinkFigures = {
  rttMs: 12.34,
  sentPackets: 0,
  lostPackets: 0,
  resentPackets: 0,
  droppedPackets: 0,
  bufferMs: 0,
  bufferBytes: 0,
  latencyMs: 120,
  handedBytes: 0,
  connectedMs: 0,
};

class FakeCarrier implements Carrier {
  readonly unconfirmedMs = 0;
  isClosed = false;
  looks = 0;
  sends = 0;

  constructor(private readonly atLook: (look: number) => LinkFigures | undefined) {}

  send(): number {
    this.sends += 1;
    return 0;
  }

  look(): LinkFigures | undefined {
    this.looks += 1;
    return this.atLook(this.looks);
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.isClosed = true;
  }
}

function tried(open: () => Promise<Carrier>, holdMs = HOLD_MS) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const finding = carrierFinding({
    open,
    display: 'srt://a:1',
    holdMs,
    brokenInWords: ({ code }) => (code === 'link-lost' ? AT_ONCE : LOST),
    clock,
    stop: stop.signal,
  });
  return { finding, clock, stop };
}

test('one that stays open for so long is good, is closed, and gets no video', async () => {
  const carrier = new FakeCarrier(() => figures);
  const { finding, clock } = tried(() => Promise.resolve(carrier));
  await clock.advanceMs(HOLD_MS - 1);
  expect(carrier.isClosed).toBe(false);
  await clock.advanceMs(1);
  expect(await finding).toEqual({
    isGood: true,
    text: 'srt://a:1 was opened, and stays open (latency 120 ms)',
  });
  expect(carrier).toMatchObject({ isClosed: true, sends: 0 });
  expect(carrier.looks).toBeGreaterThan(10);
  expect(clock.sleeperCount).toBe(0);
});

test('where nothing would show, it is not held', async () => {
  const carrier = new FakeCarrier(() => undefined);
  expect(await tried(() => Promise.resolve(carrier), 0).finding).toEqual({
    isGood: true,
    text: 'srt://a:1 was opened',
  });
  expect(carrier.isClosed).toBe(true);
});

test('one that breaks meanwhile is bad, in the words for that, and closed', async () => {
  const carrier = new FakeCarrier((look) => {
    if (look > 5) throw new LinkError(LOST);
    return figures;
  });
  const { finding, clock } = tried(() => Promise.resolve(carrier));
  await clock.advanceMs(HOLD_MS);
  const { isGood, text } = await finding;
  expect(isGood).toBe(false);
  expect(text).toStartWith(
    'srt://a:1: it closes the stream at once; a service that runs with this destination',
  );
  expect(carrier.isClosed).toBe(true);
});

test('a refusal is told as it came', async () => {
  const refused: Failure = { code: 'link-no-such-stream', text: 'the server knows no such stream' };
  expect(await tried(() => Promise.reject(new LinkError(refused))).finding).toEqual({
    isGood: false,
    text: 'srt://a:1: the server knows no such stream',
  });
});

test('where it is taken, a service of ours may have it', async () => {
  const taken: Failure = { code: 'link-taken', text: 'another publisher has it' };
  const { text } = await tried(() => Promise.reject(new LinkError(taken))).finding;
  expect(text).toBe(
    'srt://a:1: another publisher has it; a service that runs with this destination may be what has it: ' +
      'stop that, or look at its log',
  );
});

test('a stop ends the trial, and closes what is open', async () => {
  const carrier = new FakeCarrier(() => figures);
  const { finding, clock, stop } = tried(() => Promise.resolve(carrier));
  await clock.advanceMs(500);
  const outcome = finding.catch((error: unknown) => error);
  stop.abort(new Error('stopped'));
  expect(await outcome).toEqual(new Error('stopped'));
  expect(carrier.isClosed).toBe(true);
});

test('a bug is not taken for a fault of the destination', async () => {
  const bug = new TypeError('bug');
  const { finding } = tried(() => Promise.reject(bug));
  expect(await finding.catch((error: unknown) => error)).toBe(bug);
  const listening = listenedOn(() => Promise.reject(bug));
  expect(await listening.catch((error: unknown) => error)).toBe(bug);
});

function failing(failure: Failure) {
  return listenedOn(() => Promise.reject(new LinkError(failure)));
}

function listenedOn(listen: OpenListener, stop = new AbortController()) {
  return listenerFinding(listen, 'srt://:1', stop.signal);
}

test('a port that can be listened on is good, and is closed', async () => {
  const listener = new FakeListener();
  expect(await listenedOn(() => Promise.resolve(listener))).toEqual({
    isGood: true,
    text: 'srt://:1 can be listened on',
  });
  expect(listener.isClosed).toBe(true);
});

test('nothing is said of a port before it is open, however long that takes', async () => {
  const { promise, reject } = Promise.withResolvers<Listener>();
  const finding = listenedOn(() => promise);
  const first = await Promise.race([finding, settle().then(() => 'nothing yet')]);
  expect(first).toBe('nothing yet');
  reject(new LinkError({ code: 'link-unknown-host', text: 'unknown host' }));
  expect(await finding).toEqual({ isGood: false, text: 'srt://:1: unknown host' });
});

test('a stop ends that, too', async () => {
  const stop = new AbortController();
  const outcome = listenedOn(async (signal) => {
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    signal.throwIfAborted();
    return new FakeListener();
  }, stop).catch((error: unknown) => error);
  stop.abort(new Error('stopped'));
  expect(await outcome).toEqual(new Error('stopped'));
});

test('a port that another one has is bad, and a service of ours may be the other', async () => {
  const { isGood, text } = await failing({ code: 'link-taken', text: 'port 1 is in use' });
  expect(isGood).toBe(false);
  expect(text).toStartWith('srt://:1: port 1 is in use; a service that runs');
  expect(await failing({ code: 'link-not-opened', text: 'a is no address of this machine' })).toEqual({
    isGood: false,
    text: 'srt://:1: a is no address of this machine',
  });
});
