import { LinkError } from '../../../src/base/errors.ts';
import type { FailureCode } from '../../../src/base/failure.ts';
import type { RecordingFigures } from '../../../src/base/output-state.ts';
import type { SegmentFile } from '../../../src/outputs/recorder/segment-file.ts';
import type { SegmentStore } from '../../../src/outputs/recorder/segment-writer.ts';
import { picturesIn } from '../../support/ts-packets.ts';

type Call = 'recover' | 'begin' | 'write' | 'sync' | 'finish';

/** A segment in memory. */
export class FakeSegment implements SegmentFile {
  readonly #pieces: Uint8Array[] = [];
  readonly path: string;
  sizeBytes = 0;
  /** Of what it was given: what a power cut would have left. */
  syncedBytes = 0;
  state: 'open' | 'finished' | 'abandoned' = 'open';

  constructor(
    private readonly folder: FakeSegments,
    readonly firstPictureMs: number,
  ) {
    this.path = `${firstPictureMs}.ts.part`;
  }

  async write(packets: Uint8Array): Promise<void> {
    const bytes = packets.slice();
    await this.folder.call('write');
    if (this.state !== 'open') throw new Error(`it is ${this.state}`);
    this.#pieces.push(bytes);
    this.sizeBytes += bytes.length;
  }

  async sync(): Promise<void> {
    const { sizeBytes } = this;
    await this.folder.call('sync');
    this.syncedBytes = sizeBytes;
  }

  async finish(): Promise<void> {
    await this.folder.call('finish');
    this.syncedBytes = this.sizeBytes;
    this.state = 'finished';
  }

  async abandon(): Promise<void> {
    if (this.state === 'open') this.state = 'abandoned';
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.#pieces);
  }

  /** Of the whole pictures in it; throws where a counter does not go on. */
  get numbers(): number[] {
    return picturesIn(this.bytes)
      .filter(({ isWhole }) => isWhole)
      .map(({ number }) => number);
  }
}

/** Segments in memory, on a disk that fails or hangs as a test wants it. */
export class FakeSegments implements SegmentStore {
  readonly segments: FakeSegment[] = [];
  readonly calls: Call[] = [];
  left = 0;
  /** What these calls do from now on. */
  readonly faults = new Map<Call, 'fails' | Promise<void>>();
  #isBusy = false;

  async recover(): Promise<number> {
    await this.call('recover');
    const { left } = this;
    this.left = 0;
    return left;
  }

  async begin(firstPictureMs: number): Promise<FakeSegment> {
    await this.call('begin');
    const segment = new FakeSegment(this, firstPictureMs);
    this.segments.push(segment);
    return segment;
  }

  get figures(): RecordingFigures | undefined {
    if (!this.calls.includes('recover')) return undefined;
    return { segments: this.segments.length, sizeBytes: 0, deletedSegments: 0, freeBytes: 1e9 };
  }

  /** Throws where it is called while another call goes on. */
  async call(call: Call): Promise<void> {
    if (this.#isBusy) throw new Error(`${call} beside another call`);
    this.#isBusy = true;
    this.calls.push(call);
    try {
      const fault = this.faults.get(call);
      await (fault === 'fails' ? Promise.reject(diskError('the disk is full')) : fault);
    } finally {
      this.#isBusy = false;
    }
  }

  /** Of the whole pictures in each segment. */
  get numbers(): number[][] {
    return this.segments.map(({ numbers }) => numbers);
  }
}

/** The error of a disk that has failed, with these words. */
function diskError(text: string, code: FailureCode = 'file-disk-full'): LinkError {
  return new LinkError({ code, text });
}
