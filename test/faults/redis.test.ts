import { expect, test } from 'bun:test';
import { createServer, type Server, type Socket } from 'node:net';
import { FaultStage, lasting } from './fault-stage.ts';

const LIMIT_MS = 150_000;
const [OLD_PASSWORD, NEW_PASSWORD] = ['first-password', 'second-password'];

test.concurrent(
  'a Redis that is killed and started again without its data costs repeated frames, not the video',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming();
    await stage.server.stop();
    await program.line(/connection (was closed|refused)/);
    await stage.server.startAgain();
    await program.line(/connected again/);
    await program.streamsAgain();
    expect(program.child.count(/streaming to/)).toBe(1);
    await program.isSound('some');
  },
  LIMIT_MS,
);

test.concurrent(
  'a password that is changed while it streams is asked for, and with the right one it goes on',
  async () => {
    await using stage = await FaultStage.open();
    await stage.redis.config('SET', 'requirepass', OLD_PASSWORD);
    const program = await stage.streaming({ PASSWORD: OLD_PASSWORD });
    await stage.redis.config('SET', 'requirepass', NEW_PASSWORD);
    await dropProgram(stage);
    await program.line(/it refuses the password/);
    await lasting(3000);
    await stage.redis.config('SET', 'requirepass', OLD_PASSWORD);
    await program.line(/connected again/);
    await program.streamsAgain();
    expect(program.child.text).not.toMatch(new RegExp(`${OLD_PASSWORD}|${NEW_PASSWORD}`));
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'a key that is no stream any more is named, and the frames are taken up again once it is one',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming();
    await stage.redis.set('imagestream', 'no stream');
    await program.line(/the key is there, but is no stream/);
    await lasting(3000);
    await stage.redis.del('imagestream');
    await program.streamsAgain();
    await program.isSound('some');
  },
  LIMIT_MS,
);

test.concurrent(
  'a Redis that has no room for another client is tried again until it has',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming();
    await stage.redis.config('SET', 'maxclients', '1');
    await dropProgram(stage);
    await program.line(/max number of clients reached/);
    await lasting(3000);
    await stage.redis.config('SET', 'maxclients', '100');
    await program.line(/connected again/);
    await program.streamsAgain();
    await program.isSound();
  },
  LIMIT_MS,
);

test.concurrent(
  'a Redis that still loads its data is named, and waited for',
  async () => {
    await using stage = await FaultStage.open();
    const program = await stage.streaming();
    await stage.server.stop();
    const loading = await LoadingRedis.start(stage.server.port);
    await program.line(/it is still loading its data/);
    await lasting(3000);
    await loading[Symbol.asyncDispose]();
    await stage.server.startAgain();
    await program.line(/connected again/);
    await program.streamsAgain();
    await program.isSound('some');
  },
  LIMIT_MS,
);

/** Closes all connections to Redis but those of the test itself and of the sensor. */
async function dropProgram(stage: FaultStage): Promise<void> {
  const clients = String(await stage.redis.client('LIST'))
    .trim()
    .split('\n');
  const ofProgram = clients.filter((client) => !/ cmd=(client|xadd|config)/.test(client));
  for (const client of ofProgram) {
    const id = /\bid=(\d+)/.exec(client)?.[1];
    if (id !== undefined) await stage.redis.client('KILL', 'ID', id).catch(() => {});
  }
}

/** What a Redis says for as long as it reads its data from disk. */
class LoadingRedis implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('data', () => socket.write('-LOADING Redis is loading the dataset in memory\r\n'));
    });
  }

  static async start(port: number): Promise<LoadingRedis> {
    const loading = new LoadingRedis(createServer());
    await new Promise<void>((resolve) => {
      loading.server.listen(port, '127.0.0.1', resolve);
    });
    return loading;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => {
      this.server.close(resolve);
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
