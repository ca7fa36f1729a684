import { Child } from '../../support/child.ts';
import { script } from '../../support/script.ts';
import type { BenchStage } from '../bench-stage.ts';
import { NOWHERE } from '../run-scenario.ts';
import { programEnvironment } from '../program.ts';
import type { Processes } from './cost.ts';
import { ffmpegOf } from './ffmpeg-process.ts';
import type { Measure } from './measures.ts';

/** The programs that are compared. */
export type State = 'before' | 'after';

/** What a contender is made of. */
export interface ContenderParts {
  readonly state: State;
  readonly executable: string;
  /** The program whose command `source` makes the pictures: the same for all. */
  readonly source: string;
  readonly redisPid: number;
}

/** A session ends so soon after its source: long enough for a machine that stumbles. */
const IDLE_TIMEOUT_S = 2;
/** What the stream is held to. */
const KEPT_S = 2;

/**
 * ffmpeg with the same input, filter and tags, but nothing that encodes or writes: all from `-c:v` on is left out. Asked
 * anything else, it is ffmpeg as it is.
 */
const WITHOUT_ENCODER = `case " $* " in *" -i pipe:0 "*) ;; *) exec ffmpeg "$@" ;; esac
kept=1
for word; do
  shift
  [ "$word" = -c:v ] && kept=
  [ -z "$kept" ] || set -- "$@" "$word"
done
exec ffmpeg "$@" -c:v wrapped_avframe -fps_mode passthrough -f null -`;

/**
 * A program that runs as long as it is compared, with a stream of its own. It has frames only where it is told to, so that two
 * of them can take turns and yet stay warm.
 */
export class Contender implements AsyncDisposable {
  readonly state: State;
  readonly #program: Child;
  #sessions = 0;

  private constructor(
    private readonly stage: BenchStage,
    private readonly measure: Measure,
    private readonly parts: ContenderParts,
    private readonly env: Readonly<Record<string, string>>,
  ) {
    this.state = parts.state;
    this.#program = new Child([parts.executable], { env });
  }

  static async start(stage: BenchStage, measure: Measure, parts: ContenderParts): Promise<Contender> {
    const contender = new Contender(stage, measure, parts, environment(stage, measure, parts.state));
    await stage.unlessStopped(contender.#program.line(/: connected/));
    return contender;
  }

  /** What it had to warn of. */
  get complaints(): string[] {
    return this.#program.lines.filter((line) => / (warn|error) /.test(line));
  }

  /** A session as long as `work` takes; the program has no frames before it, and none after it. */
  async whileStreaming<T>(work: (processes: Processes) => Promise<T>): Promise<T> {
    const { parts, stage } = this;
    const { fps } = this.measure.size;
    const flags = ['--rate', `${fps}`, '--maxlen', `${KEPT_S * fps}`];
    await using source = new Child([parts.source, 'source', ...flags], { env: this.env });
    this.#sessions += 1;
    await stage.unlessStopped(this.#program.line(/streaming to/, { nth: this.#sessions }));
    const programPid = this.#program.pid;
    const { redisPid } = parts;
    const result = await work({ programPid, ffmpeg: ffmpegOf(programPid), redisPid, sourcePid: source.pid });
    await stage.unlessStopped(source.stop());
    // Said for the first time before any session.
    const ended = this.#program.line(/waiting for frames/, { nth: this.#sessions + 1 });
    await stage.unlessStopped(ended);
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}

function environment(stage: BenchStage, measure: Measure, state: State): Record<string, string> {
  return programEnvironment(stage.redisSettings, {
    STREAM: `imagestream-${state}`,
    RESOLUTION: measure.size.name,
    FRAMERATE: `${measure.size.fps}`,
    CODEC_PRESET: measure.preset,
    IDLE_TIMEOUT: `${IDLE_TIMEOUT_S}`,
    DESTINATION: measure.isEncoded ? stage.folder.file(`${state}.ts`) : NOWHERE,
    ...(!measure.isEncoded && { FFMPEG: script(stage.folder, 'without-encoder', WITHOUT_ENCODER) }),
  });
}
