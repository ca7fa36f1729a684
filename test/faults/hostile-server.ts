import { createServer, type Socket } from 'node:net';
import { bulk, list } from '../redis/scripted-redis.ts';
import { SMALL } from '../support/builder.ts';
import { flood } from '../support/flood.ts';

// A server that is asked as Redis is and answers with one frame after the other, but now and then with a fault; it says
// when. Arguments: the fault (`fields N` and `value N` come once, `raw` has answers as JSON, which come one after the
// other, `always` has one that never ends to come), and which answer in so many is one.
const [, , kind = '', amount = '', frames = '0'] = process.argv;
// Only `HostileRedis` starts this.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const faults = kind === 'raw' ? (JSON.parse(amount) as readonly string[]) : [amount];
const FRAME_BYTES = SMALL.widthPx * SMALL.heightPx * 2;
const PERIOD_MS = 1000 / 24;
const PIXELS = 'x'.repeat(FRAME_BYTES);
const FIELD = bulk('a') + bulk('b');
const PIECE = Buffer.alloc(FIELD.length * 75_000, FIELD);
/** The time of each id, so that ids rise however fast they are asked for. */
let newestMs = Date.now();
let sent = 0;

const server = createServer({ noDelay: true }, (socket) => {
  let answering = Promise.resolve();
  socket.on('error', () => {});
  socket.on('data', (data) => {
    // Whoever asks waits for the answer, so that what comes at once is whole commands.
    for (const words of commandsOf(data.toString('latin1'))) {
      answering = answering.then(() => answer(socket, words));
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`listening on ${typeof address === 'object' && address ? address.port : 0}\n`);
});

function commandsOf(text: string): string[][] {
  return text
    .split(/^\*\d+\r\n/m)
    .slice(1)
    .map((command) => command.split('\r\n').filter((_, index) => index % 2 === 1));
}

async function answer(socket: Socket, [name = '', ...words]: string[]): Promise<void> {
  switch (name.toUpperCase()) {
    case 'TIME':
      socket.write(list(bulk(`${Math.floor(Date.now() / 1000)}`), bulk(`${(Date.now() % 1000) * 1000}`)));
      return;
    case 'XREVRANGE':
      socket.write(list(entry(frame())), 'latin1');
      return;
    case 'XREAD':
      return answerRead(socket, words.includes('BLOCK'));
    default:
      socket.write('-ERR not here\r\n');
  }
}

async function answerRead(socket: Socket, isBlocking: boolean): Promise<void> {
  const leftMs = newestMs + PERIOD_MS - Date.now();
  if (leftMs > 0 && !isBlocking) {
    socket.write('*-1\r\n');
    return;
  }
  await Bun.sleep(Math.max(0, leftMs));
  newestMs = Math.max(newestMs + 1, Date.now());
  sent += 1;
  const fault = faultNow();
  if (fault !== undefined) return answerWithFault(socket, fault);
  socket.write(read(entry(frame())), 'latin1');
}

function faultNow(): string | undefined {
  if (kind === 'always') return sent >= Number(frames) ? amount : undefined;
  return sent % Number(frames) === 0 ? faults[sent / Number(frames) - 1] : undefined;
}

async function answerWithFault(socket: Socket, fault: string): Promise<void> {
  process.stdout.write('the fault begins\n');
  const sizeBytes = Number(amount);
  if (kind === 'raw') {
    socket.write(fault, 'latin1');
  } else if (kind === 'always') {
    socket.end(fault, 'latin1');
  } else if (kind === 'value') {
    socket.write(read(entry(`*2\r\n${bulk('pixels')}$${sizeBytes}\r\n`)));
    await flood(socket, PIECE, sizeBytes);
    socket.write('\r\n');
  } else {
    socket.write(read(entry(`*${2 * sizeBytes}\r\n`)));
    await flood(socket, PIECE, sizeBytes * FIELD.length);
  }
  process.stdout.write('the fault is over\n');
}

function frame(): string {
  return list(bulk('pixels'), bulk(PIXELS));
}

function entry(fields: string): string {
  return list(bulk(`${newestMs}-0`), fields);
}

function read(entryText: string): string {
  return list(list(bulk('imagestream'), list(entryText)));
}
