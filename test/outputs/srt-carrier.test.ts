import { describe, expect, test } from 'bun:test';
import { LinkError } from '../../src/base/errors.ts';
import type { FailureCode } from '../../src/base/failure.ts';
import { SrtCarrier } from '../../src/outputs/srt-carrier.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeLibsrt, QUIET_STATS } from '../support/srt-fake.ts';

function stage(payloadBytes = 1316) {
  const [clock, libsrt] = [new FakeClock(), new FakeLibsrt()];
  const [number, socket] = libsrt.connected();
  socket.payloadBytes = payloadBytes;
  const carrier = new SrtCarrier({ libsrt, clock, socket: number });
  return { clock, socket, carrier };
}

/** Looks ten times a second for so long. @returns the code of what was thrown, and after how many milliseconds */
async function lookFor(
  durationMs: number,
  { clock, carrier }: Pick<ReturnType<typeof stage>, 'clock' | 'carrier'>,
  beforeEach: () => void = () => undefined,
): Promise<[FailureCode, number] | undefined> {
  for (let passedMs = 0; passedMs <= durationMs; passedMs += 100) {
    beforeEach();
    try {
      carrier.look();
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      return [error.failure.code, passedMs];
    }
    await clock.advanceMs(100);
  }
  return undefined;
}

const packets = (count: number) => Uint8Array.from({ length: count * 188 }, (_, index) => index % 251);
const WAITING = { ...QUIET_STATS, bufferPackets: 3, bufferBytes: 3948, bufferMs: 40 };

describe('what is sent over SRT', () => {
  test.each([
    [1316, 16, [1316, 1316, 376]],
    [1316, 7, [1316]],
    [1316, 0, []],
    [1456, 8, [1316, 188]],
    [376, 3, [376, 188]],
    // Of file mode, which has no limit.
    [0, 8, [1316, 188]],
  ])('where a message holds %i bytes, %i packets go in messages of %p', (payloadBytes, count, sizes) => {
    const { socket, carrier } = stage(payloadBytes);
    const sent = packets(count);
    expect(carrier.send(sent)).toBe(sent.length);
    expect(socket.sent.map(({ length }) => length)).toEqual(sizes);
    expect(Buffer.concat(socket.sent)).toEqual(Buffer.from(sent));
  });

  test('goes on where there was no room', () => {
    const { socket, carrier } = stage();
    socket.room = 1;
    expect(carrier.send(packets(16))).toBe(1316);
    expect(carrier.send(packets(16).subarray(1316))).toBe(0);
    socket.room = Infinity;
    expect(carrier.send(packets(16).subarray(1316))).toBe(16 * 188 - 1316);
    expect(Buffer.concat(socket.sent)).toEqual(Buffer.from(packets(16)));
    expect(carrier.look().handedBytes).toBe(16 * 188);
  });

  test('throws where the receiver has closed', () => {
    const { socket, carrier } = stage();
    socket.state = 6;
    expect(() => carrier.send(packets(1))).toThrow('the receiver closed the connection');
  });
});

describe('a look at a link', () => {
  test('gives its figures', async () => {
    const { clock, socket, carrier } = stage();
    carrier.send(packets(3));
    await clock.advanceMs(250);
    socket.stats = { ...WAITING, sentPackets: 9, lostPackets: 4, resentPackets: 5, droppedPackets: 2 };
    expect(carrier.look()).toEqual({
      rttMs: 10,
      sentPackets: 9,
      lostPackets: 4,
      resentPackets: 5,
      droppedPackets: 2,
      bufferMs: 40,
      bufferBytes: 3948,
      latencyMs: 120,
      handedBytes: 564,
      connectedMs: 250,
    });
  });

  test('finds that nothing has been acknowledged for a second, or longer over a long way', async () => {
    const { socket, ...rest } = stage();
    socket.stats = { ...WAITING, rttMs: 350 };
    expect(await lookFor(5000, rest)).toEqual(['link-lost', 1300]);
  });

  test('says how long nothing was acknowledged', async () => {
    const { clock, socket, carrier } = stage();
    socket.stats = WAITING;
    const failed = lookFor(5000, { clock, carrier });
    expect(await failed).toEqual(['link-lost', 1000]);
    expect(() => carrier.look()).toThrow('no acknowledgement for 1.0 s');
  });

  test('is content while acknowledgements come, however slowly', async () => {
    const { socket, ...rest } = stage();
    let looks = 0;
    const found = await lookFor(10_000, rest, () => {
      looks += 1;
      socket.stats = { ...WAITING, acks: Math.floor(looks / 9) };
    });
    expect(found).toBeUndefined();
  });

  test('is content while nothing waits for an acknowledgement', async () => {
    const { socket, ...rest } = stage();
    socket.stats = { ...QUIET_STATS, acks: 5 };
    expect(await lookFor(10_000, rest)).toBeUndefined();
    // What begins to wait then has its whole second.
    socket.stats = { ...WAITING, acks: 5 };
    expect(await lookFor(5000, rest)).toEqual(['link-lost', 1000]);
  });

  test('does not count the time for which nobody looked', async () => {
    const { clock, socket, carrier } = stage();
    socket.stats = WAITING;
    carrier.look();
    await clock.advanceMs(100);
    carrier.look();
    await clock.jumpMs(60_000);
    expect(() => carrier.look()).not.toThrow();
    expect(await lookFor(5000, { clock, carrier })).toEqual(['link-lost', 400]);
  });

  test('tells a receiver that has closed from a link that was lost', async () => {
    const closed = stage();
    closed.socket.stats = WAITING;
    await lookFor(300, closed);
    closed.socket.state = 6;
    expect(() => closed.carrier.look()).toThrow('the receiver closed the connection');

    const lost = stage();
    lost.socket.stats = WAITING;
    await lookFor(800, lost);
    lost.socket.state = 6;
    expect(() => lost.carrier.look()).toThrow(/no acknowledgement for 0\.[89] s/);
  });
});

describe('what may not have arrived', () => {
  test('is what waits in the buffer, and what came since', async () => {
    const { clock, socket, carrier } = stage();
    await clock.advanceMs(1000);
    carrier.send(packets(1));
    await clock.advanceMs(30);
    socket.stats = { ...WAITING, bufferMs: 90, acks: 1 };
    carrier.look();
    expect(carrier.unconfirmedMs).toBe(120);
    await clock.advanceMs(50);
    expect(carrier.unconfirmedMs).toBe(170);
  });

  test('is nothing where all was acknowledged', async () => {
    const { clock, socket, carrier } = stage();
    carrier.send(packets(1));
    await clock.advanceMs(700);
    socket.stats = { ...QUIET_STATS, acks: 1 };
    carrier.look();
    expect(carrier.unconfirmedMs).toBe(0);
  });

  test('grows while acknowledgements stand still', async () => {
    const { socket, ...rest } = stage();
    socket.stats = { ...WAITING, acks: 1 };
    rest.carrier.send(packets(1));
    await lookFor(400, rest, () => rest.carrier.send(packets(1)));
    expect(rest.carrier.unconfirmedMs).toBe(540);
  });
});

describe('the end of a link', () => {
  test('waits until the buffer is empty, and until what has arrived is played', async () => {
    const { clock, socket, carrier } = stage();
    carrier.send(packets(7));
    socket.stats = WAITING;
    const finished = carrier.finish(5000);
    await clock.advanceMs(100);
    expect(socket.isClosed).toBe(false);
    socket.stats = { ...QUIET_STATS, acks: 1 };
    await clock.advanceMs(135);
    expect(socket.isClosed).toBe(false);
    await clock.advanceMs(6);
    expect(socket.isClosed).toBe(true);
    await finished;
    expect(clock.sleeperCount).toBe(0);
  });

  test('waits no longer than it may', async () => {
    const { clock, socket, carrier } = stage();
    carrier.send(packets(7));
    socket.stats = WAITING;
    const finished = carrier.finish(300);
    await clock.advanceMs(299);
    expect(socket.isClosed).toBe(false);
    await clock.advanceMs(6);
    expect(socket.isClosed).toBe(true);
    await finished;
  });

  test('waits no longer than it may for what is played, either', async () => {
    const { clock, socket, carrier } = stage();
    carrier.send(packets(7));
    socket.stats = { ...QUIET_STATS, latencyMs: 8000 };
    const finished = carrier.finish(300);
    await clock.advanceMs(301);
    expect(socket.isClosed).toBe(true);
    await finished;
  });

  test('comes at once where nothing was sent, or nobody is there', async () => {
    const unused = stage();
    await unused.carrier.finish(5000);
    expect(unused.socket.isClosed).toBe(true);

    const broken = stage();
    broken.carrier.send(packets(1));
    broken.socket.state = 6;
    await broken.carrier.finish(5000);
    expect(broken.socket.isClosed).toBe(true);
  });

  test('comes at once when it is closed meanwhile', async () => {
    const { clock, socket, carrier } = stage();
    carrier.send(packets(7));
    socket.stats = WAITING;
    const finished = carrier.finish(5000);
    await clock.advanceMs(50);
    carrier.close();
    carrier.close();
    await finished;
    expect(socket.isClosed).toBe(true);
    expect(clock.sleeperCount).toBe(0);
  });
});
