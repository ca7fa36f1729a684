import { freeUdpPort } from '../../support/ports.ts';
import { SrtReceiver } from '../../support/receiver.ts';
import { UdpProxy } from '../../support/udp-proxy.ts';
import type { BenchStage } from '../bench-stage.ts';
import { LinkProgram, SRT_LATENCY_MS, TALKATIVE } from '../link/link-program.ts';
import { pictureDelays } from '../link/picture-delays.ts';
import { XaddTimes } from '../xadd-times.ts';
import { difference, type Difference } from './noise.ts';
import { spanDelay, type SpanDelay } from './slices.ts';
import { countOthers } from './others.ts';
import { streamHealth, type StreamHealth } from './stream-health.ts';

export interface BlackHoleDurations {
  readonly settleS: number;
  /** Both outputs are well. */
  readonly beforeS: number;
  /** One of them is in a black hole. */
  readonly holeS: number;
}

/** What one output notices of it that the other one is in a black hole. */
export interface TwoOutcome {
  readonly stream: StreamHealth;
  readonly before: SpanDelay;
  readonly during: SpanDelay;
  /** During less before, of the parts' medians and 99th percentiles. */
  readonly moreMedianMs: Difference;
  readonly moreP99Ms: Difference;
  /** Packets of the other output that the black hole has taken. */
  readonly swallowed: number;
  /** From the end of the black hole to the other output's next picture. */
  readonly backMs: number;
}

const PART_MS = 5_000;
const LIMIT_MS = 20_000;
const AFTER_PICTURES = 48;
const LATENCY = `latency=${SRT_LATENCY_MS}`;

/** Two SRT outputs, of which one cannot be reached for a while. */
export async function measureBlackHole(
  stage: BenchStage,
  durations: BlackHoleDurations,
): Promise<TwoOutcome> {
  await using run = new AsyncDisposableStack();
  const times = run.use(await XaddTimes.listen(stage.redis.duplicate()));
  const near = run.use(await SrtReceiver.start(stage.folder.file('near.ts'), { parameters: LATENCY }));
  const port = await freeUdpPort();
  const far = run.use(await SrtReceiver.start(stage.folder.file('far.ts'), { port, parameters: LATENCY }));
  const proxy = run.use(await UdpProxy.start(port));
  const destination = `${near.address} ${proxy.address}`;
  const parts = { sender: 'ours', destination, settings: TALKATIVE } as const;
  const program = run.use(await LinkProgram.start(stage, parts));
  await program.begin();
  const others = countOthers();
  await stage.pause(durations.settleS);
  const beforeMs = performance.now();
  await stage.pause(durations.beforeS);
  const holeMs = performance.now();
  proxy.isForwarding = false;
  await stage.pause(durations.holeS);
  proxy.isForwarding = true;
  const endMs = performance.now();
  const backMs = (await stage.unlessStopped(far.morePictures(AFTER_PICTURES, LIMIT_MS))) - endMs;
  const othersCpuPercent = others();
  await program.stop();
  await near.stop();
  await far.stop();
  const { health, numbers } = await streamHealth(program, near, othersCpuPercent);
  const delays = pictureDelays(near.pictures, numbers, times.timesMs);
  const before = spanDelay(delays, beforeMs, holeMs, PART_MS);
  const during = spanDelay(delays, holeMs, endMs, PART_MS);
  return {
    stream: health,
    before,
    during,
    moreMedianMs: difference(during.mediansMs, before.mediansMs),
    moreP99Ms: difference(during.p99sMs, before.p99sMs),
    swallowed: proxy.swallowed,
    backMs,
  };
}
