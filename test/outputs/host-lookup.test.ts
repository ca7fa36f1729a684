import { describe, expect, test } from 'bun:test';
import { systemClock } from '../../src/base/clock.ts';
import { LinkError } from '../../src/base/errors.ts';
import { hostAddresses, type LookUp } from '../../src/outputs/host-lookup.ts';
import { FakeClock } from '../support/fake-clock.ts';

const never: LookUp = () => new Promise(() => {});
const unknown: LookUp = () => Promise.reject(new Error('ENOTFOUND'));
const nobody: LookUp = async () => [];
const twice: LookUp = async () => ['2001:db8::1', '192.0.2.1', '2001:db8::1'];

const goOn = () => new AbortController().signal;

/** What it rejects with. */
function reasonOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
}

describe('the addresses of a host', () => {
  test('are those of its name, each once, in their order', async () => {
    const found = await hostAddresses('video.example', systemClock, goOn(), twice);
    expect(found).toEqual(['2001:db8::1', '192.0.2.1']);
  });

  test.each(['192.0.2.1', '::1', 'fe80::1%eth0'])('of %s are itself, and nobody is asked', async (host) => {
    expect(await hostAddresses(host, systemClock, goOn(), never)).toEqual([host]);
  });

  test('are found by the system', async () => {
    const found = await hostAddresses('localhost', systemClock, goOn());
    expect(['127.0.0.1', '::1']).toContain(found[0] ?? '');
  });

  test.each([unknown, nobody])('that is unknown are a failure with a remedy', async (lookUp) => {
    const reason = await reasonOf(hostAddresses('video.example', systemClock, goOn(), lookUp));
    expect(reason).toBeInstanceOf(LinkError);
    expect(reason).toMatchObject({
      failure: {
        code: 'link-unknown-host',
        text: 'unknown host: check the name in COSMOS_VIDEO_DESTINATION, and the DNS',
      },
    });
  });

  test('are not waited for longer than 5 s', async () => {
    const clock = new FakeClock();
    const failed = reasonOf(hostAddresses('video.example', clock, goOn(), never));
    await clock.advanceMs(4_999);
    expect(clock.sleeperCount).toBe(1);
    await clock.advanceMs(1);
    expect(await failed).toMatchObject({
      failure: {
        code: 'link-unknown-host',
        text: expect.stringContaining('no answer from the DNS within 5 s'),
      },
    });
  });

  test('are given up with the signal, before and while they are looked up', async () => {
    const clock = new FakeClock();
    const aborted = AbortSignal.abort('no more');
    expect(await reasonOf(hostAddresses('video.example', clock, aborted, never))).toBe('no more');
    const giving = new AbortController();
    const failed = reasonOf(hostAddresses('video.example', clock, giving.signal, never));
    giving.abort('no more');
    expect(await failed).toBe('no more');
    expect(clock.sleeperCount).toBe(0);
  });

  test('leave no timer behind', async () => {
    const clock = new FakeClock();
    await hostAddresses('video.example', clock, goOn(), twice);
    expect(clock.sleeperCount).toBe(0);
  });
});
