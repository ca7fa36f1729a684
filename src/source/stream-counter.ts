import { SourceError } from '../errors.ts';
import { SourceCensus, type CensusTotals, type ReadingState } from './source-census.ts';
import type { ConnectStream, StreamConnection } from './stream-connection.ts';

/** Counts what the source adds and what is passed over, on a connection of its own that is made when it is needed. */
export class StreamCounter {
  readonly #census = new SourceCensus();
  #connection: Promise<StreamConnection> | undefined;
  #counting: Promise<void> | undefined;

  /** @param reading how far reading has come, asked for at the time of the answer */
  constructor(
    private readonly connect: ConnectStream,
    private readonly reading: () => ReadingState,
  ) {}

  /** What is known since the first count. */
  get totals(): CensusTotals {
    return this.#census.totals;
  }

  /** Asks Redis anew; nothing comes of it where Redis cannot be reached or does not allow scripts. Never rejects. */
  count(): Promise<void> {
    return (this.#counting ??= this.#count().finally(() => (this.#counting = undefined)));
  }

  close(): void {
    this.#connection?.then((connection) => connection.close()).catch(() => {});
    this.#connection = undefined;
  }

  async #count(): Promise<void> {
    try {
      const connection = await (this.#connection ??= this.connect());
      const info = await connection.streamInfo();
      if (info) this.#census.look(info, this.reading());
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.close();
    }
  }
}
