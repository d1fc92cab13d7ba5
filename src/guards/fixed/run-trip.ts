/** Opens a breaker after failures in a row: attempts that began one after the other and have all failed. */
import {FailureRuns} from '../failure-runs.ts';
import type {Tracked, Trip} from '../trip.ts';

export class RunTrip implements Trip {
  readonly #failures: number;
  readonly #epoch: number;
  readonly #runs: FailureRuns;
  #begun = 0;

  constructor(failures: number, epoch: number) {
    this.#failures = failures;
    this.#epoch = epoch;
    this.#runs = new FailureRuns(failures);
  }

  begin(): Tracked {
    const number = ++this.#begun;
    return {
      epoch: this.#epoch,
      end: health => health !== 'success' && this.#runs.add(number, health === 'failure' ? 1 : 0) >= this.#failures,
    };
  }
}
