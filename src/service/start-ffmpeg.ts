import type { Emit } from '../base/event.ts';
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
  const { url, display, secretOptions } = config.output.destination;
  const settings = { ...config.encoder, frameRate: config.pacing.frameRate };
  const output: EncoderTarget = isOurs
    ? { kind: 'pipe', isWarmedUp, holdsFramesBack: config.encoder.tune !== 'zerolatency' }
    : { kind: 'address', url, secretOptions };
  if (!isOurs) emit({ kind: 'output', shown: display });
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
