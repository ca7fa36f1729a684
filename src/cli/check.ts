import { ConfigError } from '../base/errors.ts';
import type { FrameFormat } from '../base/frame-format.ts';
import type { Config, Destination } from '../config/config.ts';
import { askCapabilities, protocolOf } from '../encoder/capabilities.ts';
import { probeFrameFormat } from '../encoder/frame-format-probe.ts';
import { outputFindings, type OutputCheck } from './check-output.ts';
import { redisFindings } from './check-redis.ts';
import { writersOf, type WrittenDestination } from './check-writer.ts';
import { bad, good, type Finding } from './finding.ts';

/** Where ffmpeg hands its video to this program: it can always write there. */
const OWN_END = { kind: 'file', url: 'pipe:1' } as const;

/**
 * Looks at everything that the service needs and prints a line for each, with what to do where it is not good.
 * @returns `refused` where ffmpeg takes a setting for a fault, so that only other settings help
 */
export async function check(
  config: Config,
  options: OutputCheck,
  print: (line: string) => void,
): Promise<'good' | 'bad' | 'refused'> {
  let isAllGood = true;
  const tell = (part: string, { isGood, text }: Finding) => {
    isAllGood &&= isGood;
    print(`${isGood ? 'good' : 'BAD '}  ${part.padEnd(8)}  ${text}`);
  };
  tell('settings', good('all are well-formed'));
  const written = await writersOf(config.output);
  for (const finding of await ffmpegFindings(config, written)) tell('ffmpeg', finding);
  const format = await askFormat(config);
  const isRefused = format instanceof ConfigError;
  if (isRefused) for (const fault of format.faults) tell('ffmpeg', bad(fault));
  else tell('ffmpeg', good(`${format.pixelFormat} is taken as raw video: ${format.sizeBytes} bytes a frame`));
  for await (const finding of outputFindings(written, options)) tell('output', finding);
  for (const finding of await recordingFindings(config)) tell('recorder', finding);
  for await (const finding of redisFindings(config, isRefused ? undefined : format)) tell('Redis', finding);
  if (isRefused) return 'refused';
  return isAllGood ? 'good' : 'bad';
}

async function askFormat(config: Config): Promise<FrameFormat | ConfigError> {
  try {
    return await probeFrameFormat(config.encoder.ffmpeg, config.format);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

/** Of the folder for recordings, where there is to be one. */
async function recordingFindings({ output: { record }, source, encoder }: Config): Promise<Finding[]> {
  if (!record) return [];
  const { recorderFindings } = await import('./check-recorder.ts');
  return recorderFindings({ ...record, stream: source.stream, maxBitrateBps: encoder.maxBitrateBps });
}

async function ffmpegFindings(config: Config, written: readonly WrittenDestination[]): Promise<Finding[]> {
  const { ffmpeg } = config.encoder;
  const destination = written.find(({ writer }) => writer.kind === 'ffmpeg')?.destination;
  let capabilities;
  try {
    capabilities = await askCapabilities(ffmpeg, destination ?? OWN_END);
  } catch {
    // That it cannot be run is what the question for the format says, too.
    return [];
  }
  return [
    good(`found ${ffmpeg}: ${capabilities.version}`),
    capabilities.hasLibx264
      ? good('it has the encoder libx264')
      : bad('it has no encoder libx264: install an ffmpeg that was built with it (apt install ffmpeg)'),
    ...(destination ? [protocolFinding(destination, capabilities.hasProtocol)] : []),
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
