import { expect, test } from 'bun:test';
import { LinkError } from '../../src/base/errors.ts';
import type { Failure } from '../../src/base/failure.ts';
import type { LinkFigures } from '../../src/base/output-state.ts';
import { carrierFinding, listenerFinding } from '../../src/cli/check-carrier.ts';
import type { Carrier, Listener } from '../../src/outputs/carrier.ts';
import { FakeClock } from '../support/fake-clock.ts';

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
    text: 'srt://a:1 was opened, and stays open (round trip 12.3 ms, latency 120 ms)',
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
  const { finding, clock, stop } = tried(() => Promise.reject(bug));
  expect(await finding.catch((error: unknown) => error)).toBe(bug);
  const listen = () => {
    throw bug;
  };
  const hold = { holdMs: HOLD_MS, clock, stop: stop.signal };
  const outcome = listenerFinding(listen, 'srt://:1', hold).catch((error: unknown) => error);
  expect(await outcome).toBe(bug);
});

class FakeListener implements Listener {
  isClosed = false;

  constructor(private readonly viewers: readonly Carrier[] | LinkError) {}

  accept(): readonly Carrier[] {
    if (this.viewers instanceof LinkError) throw this.viewers;
    return this.viewers;
  }

  close(): void {
    this.isClosed = true;
  }
}

async function listenedOn(listen: () => Listener) {
  const clock = new FakeClock();
  const finding = listenerFinding(listen, 'srt://:1', {
    holdMs: HOLD_MS,
    clock,
    stop: new AbortController().signal,
  });
  await clock.advanceMs(HOLD_MS);
  return finding;
}

test('a port that can be listened on is good; who calls meanwhile is turned away', async () => {
  const viewer = new FakeCarrier(() => undefined);
  const listener = new FakeListener([viewer]);
  expect(await listenedOn(() => listener)).toEqual({ isGood: true, text: 'srt://:1 can be listened on' });
  expect(listener.isClosed).toBe(true);
  expect(viewer.isClosed).toBe(true);
});

test('a port that another one has is bad, and a service of ours may be the other', async () => {
  const finding = await listenedOn(() => {
    throw new LinkError({ code: 'link-not-opened', text: 'port 1 is in use' });
  });
  expect(finding.isGood).toBe(false);
  expect(finding.text).toStartWith('srt://:1: port 1 is in use; a service that runs');
  const listener = new FakeListener(
    new LinkError({ code: 'link-not-opened', text: 'a is no address of this machine' }),
  );
  expect(await listenedOn(() => listener)).toEqual({
    isGood: false,
    text: 'srt://:1: a is no address of this machine',
  });
  expect(listener.isClosed).toBe(true);
});
