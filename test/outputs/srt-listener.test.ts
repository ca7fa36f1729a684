import { describe, expect, test } from 'bun:test';
import type { SrtSettings } from '../../src/config/config.ts';
import { srtListener } from '../../src/outputs/srt-listener.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeLibsrt, FakeSocket } from '../support/srt-fake.ts';
import { failureOf } from './srt-stage.ts';

const SETTINGS: SrtSettings = { mode: 'listener', host: '', port: 9000, options: [] };

function stage(settings: Partial<SrtSettings> = {}, found: readonly string[] = ['127.0.0.1']) {
  const [clock, libsrt] = [new FakeClock(), new FakeLibsrt()];
  const listen = srtListener({
    libsrt,
    clock,
    lookup: () => Promise.resolve(found),
    settings: { ...SETTINGS, ...settings },
  });
  const stop = new AbortController();
  return { libsrt, listen: () => listen(stop.signal), stop };
}

function viewer(): FakeSocket {
  const socket = new FakeSocket();
  socket.accepted();
  return socket;
}

describe('a listener over SRT', () => {
  test('waits for ever, and lets in all who have called', async () => {
    const { libsrt, listen } = stage();
    const listener = await listen();
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

  test('listens on every address of both kinds where none is given', async () => {
    const { libsrt, listen } = stage();
    await listen();
    expect(libsrt.sockets[0]?.options).toContainEqual(['ipv6only', 0]);
  });

  test('takes every address of IPv4 where the machine has no IPv6', async () => {
    const { libsrt, listen } = stage();
    libsrt.bindError = { code: 1003, systemError: 97, text: 'no such family' };
    const failure = await failureOf(listen());
    expect(failure.text).toContain('no such family');
    expect(libsrt.sockets.map(({ address }) => address)).toEqual([0, 0]);
    expect(libsrt.open).toEqual([]);
  });

  test('goes on serving its viewers when it is closed itself', async () => {
    const { libsrt, listen } = stage();
    const listener = await listen();
    libsrt.sockets[0]?.callers.push(viewer());
    const [carrier] = listener.accept();
    listener.close();
    listener.close();
    expect(listener.accept()).toEqual([]);
    expect(carrier?.send(new Uint8Array(188))).toBe(188);
  });

  test('listens at the address of a name, and only once that is known', async () => {
    const { libsrt, listen } = stage({ host: 'here.example' }, ['127.0.0.9']);
    const listening = listen();
    expect(libsrt.sockets).toEqual([]);
    const listener = await listening;
    libsrt.sockets[0]?.callers.push(viewer());
    expect(listener.accept()).toHaveLength(1);
    expect(libsrt.sockets[0]?.address).toBe(9);
  });

  test('makes no socket where it is given up before its name is known', async () => {
    const { libsrt, listen, stop } = stage({ host: 'here.example' });
    const outcome = listen().catch((error: unknown) => error);
    stop.abort(new Error('stopped'));
    expect(await outcome).toEqual(new Error('stopped'));
    expect(libsrt.sockets).toEqual([]);
  });

  test('says that its name is unknown', async () => {
    const { libsrt, listen } = stage({ host: 'here.example' }, []);
    expect((await failureOf(listen())).code).toBe('link-unknown-host');
    expect(libsrt.sockets).toEqual([]);
  });

  test.each([
    [{ code: 1003, systemError: 98, text: '' }, 'link-taken', 'port 9000 is in use'],
    [{ code: 5015, systemError: 0, text: '' }, 'link-not-opened', 'open with other options'],
    [{ code: 1003, systemError: 13, text: '' }, 'link-not-opened', 'choose one from 1024 on'],
    [{ code: 1003, systemError: 99, text: '' }, 'link-not-opened', '192.0.2.1 is no address of this machine'],
    [{ code: 1003, systemError: 0, text: 'words of libsrt' }, 'link-not-opened', 'words of libsrt'],
  ] as const)('says why the port cannot be had: %p', async (error, code, words) => {
    const { libsrt, listen } = stage({ host: '192.0.2.1' });
    libsrt.bindError = error;
    const failure = await failureOf(listen());
    expect(failure.code).toBe(code);
    expect(failure.text).toContain(words);
    expect(libsrt.open).toEqual([]);
  });
});
