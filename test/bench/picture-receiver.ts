import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { readFrameNumber } from '../../src/test-picture/frame-code.ts';
import { freeUdpPort, isUdpPortBound } from '../support/ports.ts';
import { PictureStarts } from './picture-starts.ts';
import { until } from '../support/until.ts';

/** A picture that came out of the decoder. */
export interface ReceivedPicture {
  /** Read out of the picture; undefined where that was not possible. */
  readonly number: number | undefined;
  /** performance.now() when the whole picture was there. */
  readonly atMs: number;
  /** performance.now() when its first bytes came from the SRT listener; NaN where that is not known. */
  readonly arrivedMs: number;
}

/** Pictures are made this small before their number is read, which costs less than moving them as they are. */
const SEEN = { widthPx: 320, heightPx: 240 } as const;
const SEEN_BYTES = SEEN.widthPx * SEEN.heightPx;

/** Left to itself its standard output comes in pieces of 4096 bytes: at a low bit rate, whole pictures late. */
const LISTEN = ['stdbuf', '-o0', 'srt-live-transmit', '-q', '-loglevel:fatal'];

/** A player's way of decoding: nothing is waited for, nothing is looked at twice. */
const DECODE = [
  ['ffmpeg', '-v', 'error', '-nostdin', '-flags', 'low_delay', '-threads', '1'],
  ['-probesize', '32768', '-analyzeduration', '0', '-f', 'mpegts', '-i', 'pipe:0'],
  ['-vf', `scale=${SEEN.widthPx}:${SEEN.heightPx}:flags=area,format=gray`],
  ['-fps_mode', 'passthrough', '-flush_packets', '1', '-f', 'rawvideo', 'pipe:1'],
].flat();

/** A real SRT listener that keeps what it is sent in a file, and a decoder behind it that shows each picture at once. */
export class PictureReceiver implements AsyncDisposable {
  readonly pictures: ReceivedPicture[] = [];
  readonly #starts = new PictureStarts();
  readonly #arrivalsMs: number[] = [];
  readonly #ended: Promise<unknown>;

  private constructor(
    readonly address: string,
    private readonly listener: Bun.Subprocess<'ignore', 'pipe', 'ignore'>,
    private readonly decoder: Bun.Subprocess<'pipe', 'pipe', 'pipe'>,
    file: WriteStream,
  ) {
    this.#ended = Promise.all([this.#passOn(file), this.#show()]);
  }

  /** @param latencyMs what SRT holds every packet back for, to have time for lost ones */
  static async start(path: string, latencyMs: number): Promise<PictureReceiver> {
    const port = await freeUdpPort();
    const address = `srt://127.0.0.1:${port}`;
    const listener = Bun.spawn([...LISTEN, `${address}?mode=listener&latency=${latencyMs}`, 'file://con'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const decoder = Bun.spawn(DECODE, { stdio: ['pipe', 'pipe', 'pipe'] });
    const receiver = new PictureReceiver(address, listener, decoder, createWriteStream(path));
    await until(async () => isUdpPortBound(port), 'the SRT listener');
    return receiver;
  }

  /** Ends once all that came is in the file and decoded; gives what the decoder complained of. */
  async stop(): Promise<string> {
    this.listener.kill('SIGTERM');
    await this.#ended;
    return (await this.decoder.stderr.text()).trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.listener.kill('SIGKILL');
    this.decoder.kill('SIGKILL');
    await Promise.all([this.listener.exited, this.decoder.exited]);
  }

  async #passOn(file: WriteStream): Promise<void> {
    for await (const chunk of this.listener.stdout) {
      file.write(chunk);
      const atMs = performance.now();
      this.#arrivalsMs.push(...Array.from({ length: this.#starts.take(chunk) }, () => atMs));
      await this.decoder.stdin.write(chunk);
      await this.decoder.stdin.flush();
    }
    await this.decoder.stdin.end();
    file.end();
    await once(file, 'finish');
  }

  async #show(): Promise<void> {
    const luma = new Uint8Array(SEEN_BYTES);
    let filled = 0;
    for await (const chunk of this.decoder.stdout) {
      for (let at = 0; at < chunk.length;) {
        const part = chunk.subarray(at, at + SEEN_BYTES - filled);
        luma.set(part, filled);
        at += part.length;
        filled = (filled + part.length) % SEEN_BYTES;
        if (filled === 0) this.#picture(luma);
      }
    }
  }

  #picture(luma: Uint8Array): void {
    const atMs = performance.now();
    const arrivedMs = this.#arrivalsMs[this.pictures.length] ?? Number.NaN;
    this.pictures.push({ number: readFrameNumber(luma, SEEN.widthPx, SEEN.heightPx), atMs, arrivedMs });
  }
}
