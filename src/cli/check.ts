import { ConfigError } from '../base/errors.ts';
import type { FrameFormat } from '../base/frame-format.ts';
import type { Config, Destination } from '../config/config.ts';
import { askCapabilities, protocolOf } from '../encoder/capabilities.ts';
import { probeFrameFormat } from '../encoder/frame-format-probe.ts';
import { destinationFindings } from './check-destination.ts';
import { redisFindings } from './check-redis.ts';
import { writerFindings, writerOf, type Writer } from './check-writer.ts';
import { bad, good, type Finding } from './finding.ts';

/** What of `check` is not decided by the settings. */
export interface CheckOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The destination is opened, too, as a start would open it. */
  readonly isToConnect: boolean;
  /** The check is given up. */
  readonly stop: AbortSignal;
}

/**
 * Looks at everything that the service needs and prints a line for each, with what to do where it is not good.
 * @returns `refused` where ffmpeg takes a setting for a fault, so that only other settings help
 */
export async function check(
  config: Config,
  options: CheckOptions,
  print: (line: string) => void,
): Promise<'good' | 'bad' | 'refused'> {
  let isAllGood = true;
  const tell = (part: string, { isGood, text }: Finding) => {
    isAllGood &&= isGood;
    print(`${isGood ? 'good' : 'BAD '}  ${part.padEnd(8)}  ${text}`);
  };
  tell('settings', good('all are well-formed'));
  const writer = await writerOf(config.output.destination);
  for (const finding of await ffmpegFindings(config, writer)) tell('ffmpeg', finding);
  const format = await askFormat(config);
  const isRefused = format instanceof ConfigError;
  if (isRefused) for (const fault of format.faults) tell('ffmpeg', bad(fault));
  else tell('ffmpeg', good(`${format.pixelFormat} is taken as raw video: ${format.sizeBytes} bytes a frame`));
  for await (const finding of outputFindings(config, writer, options)) tell('output', finding);
  for await (const finding of redisFindings(config, isRefused ? undefined : format)) tell('Redis', finding);
  if (isRefused) return 'refused';
  return isAllGood ? 'good' : 'bad';
}

/** It is opened only where nothing is known that stands in the way: that would be said twice. */
async function* outputFindings(
  { output: { destination } }: Config,
  writer: Writer,
  options: CheckOptions,
): AsyncGenerator<Finding> {
  yield* writerFindings(writer, destination.display);
  const findings = await destinationFindings(destination);
  yield* findings;
  if (!options.isToConnect || !findings.every(({ isGood }) => isGood)) return;
  const { connectFinding } = await import('./check-connect.ts');
  yield await connectFinding(destination, writer, options);
}

async function askFormat(config: Config): Promise<FrameFormat | ConfigError> {
  try {
    return await probeFrameFormat(config.encoder.ffmpeg, config.format);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

async function ffmpegFindings(config: Config, writer: Writer): Promise<Finding[]> {
  const { ffmpeg } = config.encoder;
  const { destination } = config.output;
  let capabilities;
  try {
    capabilities = await askCapabilities(ffmpeg, destination);
  } catch {
    // That it cannot be run is what the question for the format says, too.
    return [];
  }
  return [
    good(`found ${ffmpeg}: ${capabilities.version}`),
    capabilities.hasLibx264
      ? good('it has the encoder libx264')
      : bad('it has no encoder libx264: install an ffmpeg that was built with it (apt install ffmpeg)'),
    ...(writer.kind === 'ffmpeg' ? [protocolFinding(destination, capabilities.hasProtocol)] : []),
  ];
}

function protocolFinding(destination: Destination, isKnown: boolean): Finding {
  const protocol = protocolOf(destination);
  return isKnown
    ? good(`it can write to ${protocol} (${destination.display})`)
    : bad(
        `it cannot write to ${protocol}: check COSMOS_VIDEO_DESTINATION, or install an ffmpeg that knows ${protocol}`,
      );
}
