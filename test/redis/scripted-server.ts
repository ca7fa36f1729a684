import { createServer, type Socket } from 'node:net';
import { flood } from '../support/flood.ts';
import type { Conversation, Step } from './scripted-redis.ts';

// A server that answers command by command with what it is told to. Arguments: where to listen (`host port`, or a path),
// and its conversations as JSON: one for each connection, the last one for all further ones.
const [where = '', script = '[]'] = process.argv.slice(2);
// Only `ScriptedRedis` starts this.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const conversations = JSON.parse(script) as readonly Conversation[];
const FLOOD = Buffer.alloc(65_536, 'x');
let connections = 0;

const server = createServer({ noDelay: true }, (socket) => {
  const conversation = conversations[Math.min(connections, conversations.length - 1)] ?? [];
  connections += 1;
  let commands = 0;
  let playing = Promise.resolve();
  socket.on('error', () => {});
  // Whoever asks waits for the answer: what comes at once is one command.
  socket.on('data', () => {
    const reply = conversation[commands] ?? [];
    commands += 1;
    playing = playing.then(() => play(socket, reply));
  });
});
const [host, port] = where.split(' ');
const onListening = () => {
  const address = server.address();
  process.stdout.write(`listening on ${typeof address === 'object' && address ? address.port : 0}\n`);
};
if (port === undefined) server.listen(where, onListening);
else server.listen(Number(port), host, onListening);

async function play(socket: Socket, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (typeof step === 'string') socket.write(step, 'latin1');
    else if ('pauseMs' in step) await Bun.sleep(step.pauseMs);
    else if ('floodBytes' in step) await flood(socket, FLOOD, step.floodBytes);
    else if ('repeat' in step) await repeat(socket, step.repeat, step.times);
    else socket.end();
  }
}

function repeat(socket: Socket, piece: string, times: number): Promise<void> {
  const piecesAtOnce = Math.ceil(FLOOD.length / piece.length);
  return flood(socket, Buffer.from(piece.repeat(piecesAtOnce), 'latin1'), piece.length * times);
}
