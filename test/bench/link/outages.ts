import { SrtReceiver } from '../../support/receiver.ts';
import { freeUdpPort } from '../../support/ports.ts';
import { UdpProxy } from '../../support/udp-proxy.ts';
import { watchVideo } from '../../support/watched-video.ts';
import type { BenchStage } from '../bench-stage.ts';
import { XaddTimes } from '../xadd-times.ts';
import { LinkProgram, SRT_LATENCY_MS } from './link-program.ts';
import { pictureDelays } from './picture-delays.ts';

/** A link that breaks and comes back. */
export interface Outage {
  readonly name: string;
  readonly kind: 'listener killed' | 'black hole';
  readonly awayS: number;
}

/** The listener takes a silent peer for dead after 5 s, and no other one before: a black hole has to be longer. */
export const OUTAGES: readonly Outage[] = [
  { name: 'listener killed, back after 3 s', kind: 'listener killed', awayS: 3 },
  { name: 'listener killed, back after 20 s', kind: 'listener killed', awayS: 20 },
  { name: 'black hole of 8 s, then open', kind: 'black hole', awayS: 8 },
];

export interface OutageOutcome {
  readonly name: string;
  /** From the break to the program's words of it. */
  readonly noticedMs: number;
  /** From the return to the connection that the listener accepts. */
  readonly connectedMs: number;
  /** From XADD to the last byte at the receiver, of the first picture after it. */
  readonly firstPictureMs: number;
  readonly isSameFfmpeg: boolean;
  /** What a decoder has to warn of that begins with the new connection. */
  readonly words: string;
}

/** What is measured needs no more of a second than this; beyond it something is broken altogether. */
const LIMIT_MS = 40_000;
const BEFORE_S = 3;
const AFTER_PICTURES = 72;
const FAILED = /failed: .*trying again/;

/** The program between a source that writes on and a listener that is away for a while. */
export async function measureOutage(stage: BenchStage, outage: Outage): Promise<OutageOutcome> {
  await using run = new AsyncDisposableStack();
  const times = run.use(await XaddTimes.listen(stage.redis.duplicate()));
  const port = await freeUdpPort();
  const proxy = run.use(await UdpProxy.start(port));
  const link = new Link(stage, outage, port, proxy, run);
  await link.open();
  const program = run.use(await LinkProgram.start(stage, { sender: 'ours', destination: link.address }));
  await program.begin();
  await stage.pause(BEFORE_S);
  const { pid } = program.ffmpeg;
  const brokenMs = performance.now();
  await link.breakNow();
  await stage.unlessStopped(program.program.line(FAILED, { withinMs: LIMIT_MS }));
  const noticedMs = performance.now() - brokenMs;
  await stage.pause(Math.max(0, outage.awayS - noticedMs / 1000));
  const backMs = performance.now();
  const { receiver, nth } = await link.comeBack();
  const connectedMs = (await stage.unlessStopped(receiver.connection(nth, LIMIT_MS))) - backMs;
  await stage.unlessStopped(receiver.morePictures(AFTER_PICTURES, LIMIT_MS));
  const isSameFfmpeg = program.ffmpeg.pid === pid;
  await program.stop();
  await receiver.stop();
  const { numbers, words } = await watchVideo(await link.videoAfter());
  const after = receiver.pictures.filter(({ firstMs }) => firstMs >= backMs);
  const [first] = pictureDelays(after, numbers, times.timesMs);
  return {
    name: outage.name,
    noticedMs,
    connectedMs,
    firstPictureMs: first?.delayMs ?? Number.NaN,
    isSameFfmpeg,
    words,
  };
}

/** The way to a listener, which breaks as the outage has it. */
class Link {
  #receiver: SrtReceiver | undefined;
  #brokenBytes = 0;

  constructor(
    private readonly stage: BenchStage,
    private readonly outage: Outage,
    private readonly port: number,
    private readonly proxy: UdpProxy,
    private readonly run: AsyncDisposableStack,
  ) {}

  /** Where it is killed nothing is to lie between, since a dead port is something that a caller may be told. */
  get address(): string {
    const address = this.#isKilled ? `srt://127.0.0.1:${this.port}` : this.proxy.address;
    return `${address}?latency=${SRT_LATENCY_MS * 1000}`;
  }

  async open(): Promise<SrtReceiver> {
    const path = this.stage.folder.file(this.#receiver ? 'after.ts' : 'before.ts');
    const options = { port: this.port, parameters: `latency=${SRT_LATENCY_MS}` };
    this.#receiver = this.run.use(await SrtReceiver.start(path, options));
    return this.#receiver;
  }

  async breakNow(): Promise<void> {
    if (this.#isKilled) await this.#receiver?.kill();
    else this.proxy.isForwarding = false;
  }

  /** The listener as it is now, and which of its connections is the one that is waited for. */
  async comeBack(): Promise<{ readonly receiver: SrtReceiver; readonly nth: number }> {
    if (this.#isKilled || !this.#receiver) return { receiver: await this.open(), nth: 1 };
    this.#brokenBytes = this.#receiver.sizeBytes;
    this.proxy.isForwarding = true;
    return { receiver: this.#receiver, nth: this.#receiver.acceptedMs.length + 1 };
  }

  /** A file of what came since. */
  async videoAfter(): Promise<string> {
    const path = this.stage.folder.file('after-break.ts');
    const since = Bun.file(this.#receiver?.path ?? '').slice(this.#brokenBytes);
    // Handed over as a part of a file, the whole of it would be copied.
    await Bun.write(path, await since.bytes());
    return path;
  }

  get #isKilled(): boolean {
    return this.outage.kind === 'listener killed';
  }
}
