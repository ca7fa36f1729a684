import type { Chunk } from '../../src/outputs/chunk.ts';
import { OutputAccount } from '../../src/outputs/output-account.ts';
import type { Output, OutputFigures, OutputReach } from '../../src/outputs/output.ts';
import type { PresentGop } from '../../src/outputs/present-gop.ts';
import { picturesIn } from './ts-packets.ts';

/** Keeps what it is handed. */
export class KeepingOutput implements Output {
  readonly chunks: Chunk[] = [];
  readonly reach: OutputReach = { kind: 'gets' };
  gop: PresentGop | undefined;
  closedWithinMs: number | undefined;

  constructor(
    readonly name: string,
    private readonly closing: Promise<void> = Promise.resolve(),
  ) {}

  open(gop: PresentGop): void {
    this.gop = gop;
  }

  deliver(chunk: Chunk): void {
    this.chunks.push(chunk);
  }

  figures(): OutputFigures {
    return { counts: new OutputAccount().counts };
  }

  async close(limitMs: number): Promise<void> {
    this.closedWithinMs = limitMs;
    await this.closing;
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.chunks.map(({ packets }) => packets));
  }

  get numbers(): number[] {
    return picturesIn(this.bytes).map(({ number }) => number);
  }
}
