import type { SkipCause } from '../base/output-state.ts';
import type { OutputAccount } from './output-account.ts';

/** Why pictures are not for a receiver now: it is not there yet, too much waited, or nobody has called. */
export type MissCause = Exclude<SkipCause, 'broken'>;
const CAUSES: readonly MissCause[] = ['away', 'slow', 'standby'];

/** Pictures of the present GOP that were not for a receiver, and are if it joins before the next one. */
export class MissedPictures {
  readonly #pictures: Record<MissCause, number> = { away: 0, slow: 0, standby: 0 };

  constructor(private readonly account: OutputAccount) {}

  get total(): number {
    return this.#pictures.away + this.#pictures.slow + this.#pictures.standby;
  }

  add(cause: MissCause, pictures: number): void {
    this.#pictures[cause] += pictures;
  }

  /** It gets them after all. */
  forget(): void {
    for (const cause of CAUSES) this.#pictures[cause] = 0;
  }

  /** It never gets them. */
  skip(): void {
    for (const cause of CAUSES) this.account.skip(cause, this.#pictures[cause]);
    this.forget();
  }
}
