import { messageOf } from '../../../src/base/errors.ts';
import type { BenchStage } from '../bench-stage.ts';

/** One thing that is done to the program, and measured. */
export interface Trial<Outcome> {
  readonly name: string;
  readonly measure: () => Promise<Outcome>;
}

/** Measures what may go wrong; one that does so altogether is told, and does not keep the others from being measured. */
export class Trials {
  /** What could not be measured, and why. */
  readonly failures: string[] = [];

  constructor(
    private readonly stage: BenchStage,
    private readonly rounds: number,
  ) {}

  /** Each of them so many times, in turns; Redis is empty at the beginning of each. Rejects when the user interrupts. */
  async measure<Outcome>(trials: readonly Trial<Outcome>[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (let round = 0; round < this.rounds; round += 1) {
      for (const trial of trials) {
        await this.stage.clear();
        try {
          outcomes.push(await trial.measure());
        } catch (error) {
          // Where the user wants to stop, that is all that is to be said.
          await this.stage.unlessStopped(Promise.resolve());
          this.failures.push(`NOT MEASURED: ${trial.name}: ${messageOf(error)}`);
        }
      }
    }
    return outcomes;
  }
}
