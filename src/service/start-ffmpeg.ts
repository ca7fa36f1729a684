import type { Emit } from '../base/event.ts';
import { encoderArguments } from '../encoder/arguments.ts';
import { startEncoder, type Encoder } from '../encoder/encoder.ts';
import { reserveOutput } from '../encoder/output-path.ts';
import type { Plan } from './plan.ts';

interface StartParts {
  readonly plan: Plan;
  /** Its standard input; closed by the caller afterwards. */
  readonly stdinFd: number;
  readonly emit: Emit;
  /** Kills it at once. */
  readonly kill: AbortSignal;
}

/** Starts the ffmpeg of one session, and takes the place that it writes to. Throws an `EncoderError` if it cannot. */
export function startFfmpeg({ plan, stdinFd, emit, kill }: StartParts): Encoder {
  const { config, format } = plan;
  const { destination } = config.output;
  const output = reserveOutput(destination);
  const { url } = output;
  emit({ kind: 'output', shown: url === destination.url ? destination.display : url });
  const settings = { ...config.encoder, frameRate: config.pacing.frameRate };
  let encoder: Encoder;
  try {
    encoder = startEncoder(
      {
        ffmpeg: config.encoder.ffmpeg,
        argumentsFor: (secretsPath) =>
          encoderArguments(settings, format, { url, ...(secretsPath !== undefined && { secretsPath }) }),
        secretOptions: destination.secretOptions,
        stdinFd,
      },
      emit,
    );
  } catch (error) {
    output.release();
    throw error;
  }
  const onKill = () => encoder.kill();
  kill.addEventListener('abort', onKill, { once: true });
  void encoder.exited.then(() => output.release());
  void encoder.exited.then(() => kill.removeEventListener('abort', onKill));
  return encoder;
}
