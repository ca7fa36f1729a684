import type { Redis } from 'ioredis';
import type { RedisServer } from '../support/redis-server.ts';
import { EXECUTABLE, environment } from '../support/builder.ts';
import { Child } from '../support/child.ts';
import { Stage } from '../support/stage.ts';
import { Program, TALKATIVE } from './program.ts';
import { Sensor, type SensorOptions } from './sensor.ts';

/** A busy machine stretches a fault; where the video is to be closed, a test says so itself. */
const PATIENT = { IDLE_TIMEOUT: '15' } as const;

/** How the program is started. */
interface Starting {
  /** Names without `COSMOS_VIDEO_`. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** What starts it, where it is not started as it is. */
  readonly command?: readonly string[];
}

/** A stage with a sensor that writes on through every fault; gone when it goes out of scope. */
export class FaultStage implements AsyncDisposable {
  readonly sensor: Sensor;

  private constructor(
    readonly stage: Stage,
    private readonly stack: AsyncDisposableStack,
    options: SensorOptions,
  ) {
    this.sensor = stack.use(new Sensor(stage.server.port, options));
  }

  static async open(options: SensorOptions = {}): Promise<FaultStage> {
    const stack = new AsyncDisposableStack();
    const stage = stack.use(await Stage.open());
    await makeEmptyStream(stage.redis);
    const faultStage = new FaultStage(stage, stack, options);
    await faultStage.sensor.connected();
    return faultStage;
  }

  get server(): RedisServer {
    return this.stage.server;
  }

  get redis(): Redis {
    return this.stage.redis;
  }

  file(name: string): string {
    return this.stage.file(name);
  }

  /** What else belongs to the test, to be gone with the stage. */
  use<T extends AsyncDisposable>(part: T): T {
    return this.stack.use(part);
  }

  /** The program with these settings, streaming what the sensor writes. */
  async streaming(settings: Readonly<Record<string, string>> = {}): Promise<Program> {
    const program = await this.waiting({ settings });
    await program.streams();
    return program;
  }

  /** The program with these settings, for which the sensor writes since it counts; it need not stream yet. */
  async waiting(how: Starting = {}): Promise<Program> {
    const program = this.started(how);
    await program.counts();
    this.sensor.start();
    return program;
  }

  /** The program with these settings, as soon as it runs. */
  started({ settings = {}, env = {}, command = [EXECUTABLE] }: Starting = {}): Program {
    const child = new Child(command, { env: { ...environment(this.#settings(settings)), ...env } });
    return new Program(this.use(child), this.sensor);
  }

  /** A file of settings for the program. */
  settingsText(settings: Readonly<Record<string, string>>): string {
    const variables = Object.entries(environment(this.#settings(settings)));
    return variables.map(([name, value]) => `${name}=${value}\n`).join('');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack[Symbol.asyncDispose]();
  }

  #settings(settings: Readonly<Record<string, string>>): Record<string, string> {
    const base = { PORT: `${this.server.port}`, DESTINATION: this.file('video.ts') };
    return { ...base, ...TALKATIVE, ...PATIENT, ...settings };
  }
}

/** How long a fault goes on: the time is what is being made here, not something that is waited for. */
export function lasting(durationMs: number): Promise<void> {
  return Bun.sleep(durationMs);
}

/** A stream that is there and has never had an entry: whoever counts from its start counts all. */
async function makeEmptyStream(redis: Redis): Promise<void> {
  await redis.xgroup('CREATE', 'imagestream', 'made-by-a-test', '$', 'MKSTREAM');
  await redis.xgroup('DESTROY', 'imagestream', 'made-by-a-test');
}
