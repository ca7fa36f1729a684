import { expect, test } from 'bun:test';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { UdpProxy } from './udp-proxy.ts';
import { until } from './until.ts';

/** A server that answers each packet with its own text, a proxy before it, and callers. */
class Network implements AsyncDisposable {
  readonly arrived: { readonly text: string; readonly port: number }[] = [];

  private constructor(
    server: Socket,
    readonly proxy: UdpProxy,
    private readonly stack: AsyncDisposableStack,
  ) {
    server.on('message', (packet, { port }) => {
      this.arrived.push({ text: packet.toString(), port });
      server.send(`${packet.toString()} back`, port, '127.0.0.1');
    });
  }

  static async open(options: Parameters<typeof UdpProxy.start>[1] = {}): Promise<Network> {
    const stack = new AsyncDisposableStack();
    const server = await openSocket(stack);
    const proxy = stack.use(await UdpProxy.start(server.address().port, options));
    return new Network(server, proxy, stack);
  }

  async caller(): Promise<{ readonly send: (text: string) => void; readonly answers: string[] }> {
    const socket = await openSocket(this.stack);
    const answers: string[] = [];
    socket.on('message', (packet) => answers.push(packet.toString()));
    return { send: (text) => socket.send(text, this.proxy.port, '127.0.0.1'), answers };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack[Symbol.asyncDispose]();
  }
}

async function openSocket(stack: AsyncDisposableStack): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  stack.defer(() => {
    socket.close();
  });
  return socket;
}

test('two callers reach the server from two ports, and each gets its own answers', async () => {
  await using network = await Network.open();
  const [first, second] = [await network.caller(), await network.caller()];
  first.send('one');
  second.send('two');
  await until(async () => first.answers.length + second.answers.length === 2, 'two answers');
  expect(first.answers).toEqual(['one back']);
  expect(second.answers).toEqual(['two back']);
  expect(new Set(network.arrived.map(({ port }) => port)).size).toBe(2);
});

test('a black hole takes both ways, also what is under way, and is open again afterwards', async () => {
  await using network = await Network.open({ toCaller: { delayMs: 200 } });
  const { proxy } = network;
  const caller = await network.caller();
  caller.send('under way');
  await until(async () => network.arrived.length === 1, 'packet at the server');
  proxy.isForwarding = false;
  caller.send('swallowed');
  await until(async () => proxy.swallowed === 2, 'the packet that comes and the answer that is under way');
  proxy.isForwarding = true;
  caller.send('open');
  await until(async () => caller.answers.length > 0, 'answer');
  expect(caller.answers).toEqual(['open back']);
  expect(network.arrived.map(({ text }) => text)).toEqual(['under way', 'open']);
});

test('each way has its own delay, and keeps the order', async () => {
  await using network = await Network.open({ toServer: { delayMs: 60 }, toCaller: { delayMs: 30 } });
  const caller = await network.caller();
  const sentMs = performance.now();
  for (let number = 0; number < 20; number += 1) caller.send(`${number}`);
  await until(async () => network.arrived.length === 20, 'packets at the server');
  expect(performance.now() - sentMs).toBeGreaterThanOrEqual(60);
  await until(async () => caller.answers.length === 20, 'answers');
  expect(performance.now() - sentMs).toBeGreaterThanOrEqual(90);
  expect(network.arrived.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`));
});

test('what is lost one way is seen by the counts of that way alone', async () => {
  await using network = await Network.open({ toServer: { lossShare: 0.5 }, seed: 3 });
  const caller = await network.caller();
  for (let number = 0; number < 40; number += 1) caller.send(`${number}`);
  const { toServer, toCaller } = network.proxy;
  await until(async () => toServer.counts.passed + toServer.counts.lost === 40, 'all packets');
  await until(async () => toCaller.counts.passed === toServer.counts.passed, 'all answers');
  expect(toServer.counts.lost).toBeGreaterThan(8);
  expect(toServer.counts.lost).toBeLessThan(32);
  expect(toCaller.counts.lost).toBe(0);
});
