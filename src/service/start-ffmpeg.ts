import type { Emit } from '../base/event.ts';
import type { OutputSettings } from '../config/config.ts';
import { encoderArguments } from '../encoder/arguments.ts';
import { startEncoder, type Encoder, type EncoderTarget } from '../encoder/encoder.ts';
import type { Plan } from './plan.ts';

interface StartParts {
  readonly plan: Plan;
  /** Its standard input; closed by the caller afterwards. */
  readonly stdinFd: number;
  /** Its video comes to us; otherwise it opens the destination itself. */
  readonly isOurs: boolean;
  /** Its first picture is not shown. */
  readonly isWarmedUp: boolean;
  readonly emit: Emit;
  /** Kills it at once. */
  readonly kill: AbortSignal;
}

/** Starts an ffmpeg. Throws an `EncoderError` if it cannot. */
export function startFfmpeg({ plan, stdinFd, isOurs, isWarmedUp, emit, kill }: StartParts): Encoder {
  const { config, format } = plan;
  const {
    source,
    pacing,
    encoder: { serviceName = source.stream },
  } = config;
  const settings = { ...config.encoder, serviceName, frameRate: pacing.frameRate };
  const output: EncoderTarget = isOurs
    ? { kind: 'pipe', isWarmedUp, holdsFramesBack: config.encoder.tune !== 'zerolatency' }
    : addressOf(config.output, emit);
  const encoder = startEncoder(
    {
      ffmpeg: config.encoder.ffmpeg,
      output,
      argumentsFor: (place) => encoderArguments(settings, format, place),
      stdinFd,
    },
    emit,
  );
  const onKill = () => encoder.kill();
  kill.addEventListener('abort', onKill, { once: true });
  void encoder.exited.then(() => kill.removeEventListener('abort', onKill));
  return encoder;
}

/** One that ffmpeg opens itself stands alone. */
function addressOf({ destinations }: OutputSettings, emit: Emit): EncoderTarget {
  const [destination] = destinations;
  if (!destination) throw new Error('there is no destination that ffmpeg could open');
  const { url, display, secretOptions } = destination;
  emit({ kind: 'output', output: display, shown: display });
  return { kind: 'address', url, secretOptions };
}
