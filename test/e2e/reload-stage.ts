import { writeFileSync } from 'node:fs';
import { EXECUTABLE, environment } from '../support/builder.ts';
import { Child } from '../support/child.ts';
import type { PictureWriter } from '../support/picture-writer.ts';
import { childrenOf, commandOf } from '../support/processes.ts';
import { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';

type Settings = Readonly<Record<string, string>>;

/** What a change of settings may start again, or leave as it is. */
export interface Running {
  readonly ffmpeg: number;
  /** The id of the program's connection, as Redis numbers them. */
  readonly connection: string;
  readonly sessions: number;
}

/** The program with its settings in a file, which is changed while it streams. */
export class ReloadStage implements AsyncDisposable {
  private constructor(
    readonly stage: Stage,
    readonly builder: Child,
    private readonly first: Settings,
    private readonly stack: AsyncDisposableStack,
  ) {}

  /** @param settings names without `COSMOS_VIDEO_`, beside those of where to read and to write */
  static async open(settings: Settings = {}): Promise<ReloadStage> {
    const stack = new AsyncDisposableStack();
    const stage = stack.use(await Stage.open());
    const first = { PORT: `${stage.server.port}`, DESTINATION: stage.file('video.ts'), ...settings };
    const env = { ...write(stage, first), COSMOS_VIDEO_ENV_FILE: stage.file('settings.env') };
    const builder = stack.use(new Child([EXECUTABLE], { env }));
    await builder.line(/connected/);
    return new ReloadStage(stage, builder, first, stack);
  }

  /** Writes pictures until it streams them. */
  async streams(): Promise<void> {
    await this.stage.writer.writeUntil(async () => this.builder.count(/streaming to/) === 1);
  }

  /** Writes these settings beside those of the start into the file, and has it read; waits for what is said of it. */
  async reload(settings: Settings, words: RegExp): Promise<void> {
    const nth = this.builder.count(words) + 1;
    write(this.stage, { ...this.first, ...settings });
    this.builder.signal('SIGHUP');
    await this.builder.line(words, { nth });
  }

  /** Writes pictures until the condition holds, and a second of them more, which the video has to show. */
  async showMore(writer: PictureWriter, isReady: () => Promise<boolean> = async () => true): Promise<void> {
    await writer.writeUntil(isReady);
    const end = writer.number + 24;
    await writer.writeUntil(async () => writer.number >= end);
  }

  async running(): Promise<Running> {
    return {
      ffmpeg: await this.#only('ffmpeg', async () => this.#encoders()),
      connection: await this.#only('connection to Redis', () => this.connections()),
      sessions: this.builder.count(/streaming to/),
    };
  }

  /** The ids of the program's connections; with a user, of that one's alone. */
  async connections(user?: string): Promise<string[]> {
    const own = await this.stage.redis.client('ID');
    return String(await this.stage.redis.client('LIST'))
      .trim()
      .split('\n')
      .filter((client) => user === undefined || client.includes(` user=${user} `))
      .map((client) => /\bid=(\d+)/.exec(client)?.[1] ?? '')
      .filter((id) => id !== `${own}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack[Symbol.asyncDispose]();
  }

  #encoders(): number[] {
    return childrenOf(this.builder.pid).filter((pid) => commandOf(pid).includes('libx264'));
  }

  /** Another one may still be there for a moment: ffmpeg that has just ended, a connection that is being closed. */
  async #only<T>(what: string, find: () => Promise<readonly T[]>): Promise<T> {
    let found: readonly T[] = [];
    await until(async () => (found = await find()).length === 1, `only one ${what}`);
    const [only] = found;
    if (only === undefined) throw new Error(`there is no ${what}`);
    return only;
  }
}

/** @returns the variables that the file has */
function write(stage: Stage, settings: Settings): Record<string, string> {
  const variables = environment(settings);
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(stage.file('settings.env'), lines.join(''));
  return variables;
}
