import { setTimeout } from 'node:timers/promises';
import { Folder } from '../../support/folder.ts';
import { SrtReceiver } from '../../support/receiver.ts';
import { MadePictures } from '../../support/made-pictures.ts';
import { watchVideo } from '../../support/watched-video.ts';
import type { BenchStage } from '../bench-stage.ts';
import { LinkProgram, SRT_LATENCY_MS } from './link-program.ts';
import type { Sender } from './sender.ts';

/** What came of the last pictures of a video at SIGTERM. */
export interface StopOutcome {
  readonly sender: Sender;
  /** By ffmpeg's own account. */
  readonly made: number;
  readonly received: number;
}

/** Streams for `seconds` and stops the program while its source writes on. */
export async function measureStop(stage: BenchStage, sender: Sender, seconds: number): Promise<StopOutcome> {
  await using run = new AsyncDisposableStack();
  const made = new MadePictures(run.use(new Folder()));
  const path = stage.folder.file(`stopped-${sender}.ts`);
  const receiver = run.use(await SrtReceiver.start(path, { parameters: `latency=${SRT_LATENCY_MS}` }));
  const parts = { sender, destination: receiver.address, settings: { FFMPEG: made.ffmpeg } };
  const program = run.use(await LinkProgram.start(stage, parts));
  await program.begin();
  await stage.pause(seconds);
  await program.stop();
  // What the receiver has and still holds back.
  await setTimeout(2 * SRT_LATENCY_MS);
  await receiver.stop();
  const { numbers } = await watchVideo(path);
  return { sender, made: await made.count(1), received: numbers.length };
}
