import { describe, expect, test } from 'bun:test';
import { LinkError } from '../../src/base/errors.ts';
import type { Failure } from '../../src/base/failure.ts';
import type { SrtSettings } from '../../src/config/config.ts';
import { srtListener } from '../../src/outputs/srt-listener.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { FakeLibsrt, FakeSocket } from '../support/srt-fake.ts';

const SETTINGS: SrtSettings = { mode: 'listener', host: '', port: 9000, options: [] };

function stage(settings: Partial<SrtSettings> = {}, found: readonly string[] = ['127.0.0.1']) {
  const [clock, libsrt] = [new FakeClock(), new FakeLibsrt()];
  const listen = () =>
    srtListener({
      libsrt,
      clock,
      lookup: () => Promise.resolve(found),
      settings: { ...SETTINGS, ...settings },
    });
  return { libsrt, listen };
}

function viewer(): FakeSocket {
  const socket = new FakeSocket();
  socket.accepted();
  return socket;
}

function failureOf(call: () => unknown): Failure | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof LinkError) return error.failure;
    throw error;
  }
}

describe('a listener over SRT', () => {
  test('waits for ever, and lets in all who have called', () => {
    const { libsrt, listen } = stage();
    const listener = listen();
    expect(listener.accept()).toEqual([]);
    expect(listener.accept()).toEqual([]);
    const viewers = [viewer(), viewer(), viewer()];
    libsrt.sockets[0]?.callers.push(...viewers);
    const carriers = listener.accept();
    expect(carriers).toHaveLength(3);
    carriers.forEach((carrier) => carrier.send(new Uint8Array(188)));
    expect(viewers.map(({ sent }) => sent.length)).toEqual([1, 1, 1]);
    expect(listener.accept()).toEqual([]);
  });

  test('listens on every address of both kinds where none is given', () => {
    const { libsrt, listen } = stage();
    listen();
    expect(libsrt.sockets[0]?.options).toContainEqual(['ipv6only', 0]);
  });

  test('takes every address of IPv4 where the machine has no IPv6', () => {
    const { libsrt, listen } = stage();
    libsrt.bindError = { code: 1003, systemError: 97, text: 'no such family' };
    const failure = failureOf(listen);
    expect(failure?.text).toContain('no such family');
    expect(libsrt.sockets.map(({ address }) => address)).toEqual([0, 0]);
    expect(libsrt.open).toEqual([]);
  });

  test('goes on serving its viewers when it is closed itself', () => {
    const { libsrt, listen } = stage();
    const listener = listen();
    libsrt.sockets[0]?.callers.push(viewer());
    const [carrier] = listener.accept();
    listener.close();
    listener.close();
    expect(listener.accept()).toEqual([]);
    expect(carrier?.send(new Uint8Array(188))).toBe(188);
  });

  test('listens at the address of a name once that is known', async () => {
    const { libsrt, listen } = stage({ host: 'here.example' }, ['127.0.0.9']);
    const listener = listen();
    expect(listener.accept()).toEqual([]);
    await settle();
    libsrt.sockets[0]?.callers.push(viewer());
    expect(listener.accept()).toHaveLength(1);
    expect(libsrt.sockets[0]?.address).toBe(9);
  });

  test('leaves no socket where it is closed before its name is known', async () => {
    const { libsrt, listen } = stage({ host: 'here.example' });
    listen().close();
    await settle();
    expect(libsrt.open).toEqual([]);
  });

  test('says that its name is unknown', async () => {
    const listener = stage({ host: 'here.example' }, []).listen();
    await settle();
    expect(failureOf(() => listener.accept())?.code).toBe('link-unknown-host');
  });

  test.each([
    [{ code: 1003, systemError: 98, text: '' }, 'port 9000 is in use'],
    [{ code: 5015, systemError: 0, text: '' }, 'open with other options'],
    [{ code: 1003, systemError: 13, text: '' }, 'choose one from 1024 on'],
    [{ code: 1003, systemError: 99, text: '' }, '192.0.2.1 is no address of this machine'],
    [{ code: 1003, systemError: 0, text: 'words of libsrt' }, 'words of libsrt'],
  ])('says why the port cannot be had: %p', (error, words) => {
    const { libsrt, listen } = stage({ host: '192.0.2.1' });
    libsrt.bindError = error;
    const failure = failureOf(listen);
    expect(failure?.code).toBe('link-not-opened');
    expect(failure?.text).toContain(words);
    expect(libsrt.open).toEqual([]);
  });
});
