/**
 * Finds runs of failures: attempts that began one after the other and have all failed.
 *
 * The order in which attempts end is biased: failures of 20 ms end in a row while the successes of 180 ms that began between them are in
 * flight. Attempts are therefore numbered as they begin, and a run is a row of numbers. One in flight, or one that succeeded, divides
 * runs; a success is not even noted.
 */

import {failuresToOpen, MEAN_FALL, MEAN_RISE} from '../policy/trip-rule.ts';

/** A run so many times as long as one that opens was an outage, which says nothing of the time between outages. */
const OUTAGE = 4;
/** More successes in a row, where most attempts failed before, are no chance: those failures were outages. */
const ROW = 16;
/** So many ends of runs are remembered; then it begins anew, which delays what follows by a few failures. */
const KEPT = 512;

/** Adjacent attempts that failed: the numbers of the first and of the last one, and how many failures they are. */
interface Run {
  readonly first: number;
  readonly last: number;
  readonly failures: number;
}

export class FailureRuns {
  readonly #shortest: number;
  /** By their first numbers, and by their last ones. */
  readonly #runs = new Map<number, Run>();
  /** Mean length of the runs that ended in a success. */
  #mean = 0;
  /** Successes since the last failure. */
  #row = 0;
  /** So many failures in a row are no chance, by the runs before. */
  longRun: number;

  /** @param shortest So many failures in a row are too many where failures are rare. */
  constructor(shortest: number) {
    this.#shortest = shortest;
    this.longRun = shortest;
  }

  /** How many attempts one success takes, by the runs before. */
  get attemptsPerSuccess(): number {
    return 1 + this.#mean;
  }

  /** Failures in a row before the attempt, by the order of beginning, as far as they have ended. */
  before(number: number): number {
    return this.#runs.get(number - 1)?.failures ?? 0;
  }

  /**
   * @param length Failures since the success before.
   * @param rise   How fast the mean rises.
   */
  endedAfter(length: number, rise: number = MEAN_RISE): void {
    this.#row = length === 0 ? this.#row + 1 : 0;
    if (length === this.#mean || length > OUTAGE * this.longRun) return;
    this.#mean += (length - this.#mean) * (length > this.#mean ? rise : MEAN_FALL);
    if (this.#mean > 1 && this.#row > ROW) this.#mean = 0;
    this.longRun = failuresToOpen(this.#shortest, this.#mean);
  }

  /**
   * The attempt failed; or, with no failure, it says nothing, and those around it are adjacent.
   *
   * @returns The failures of the run that it belongs to.
   */
  add(number: number, failure: 0 | 1): number {
    if (this.#runs.size >= KEPT) this.clear();
    const before = this.#runs.get(number - 1);
    const after = this.#runs.get(number + 1);
    const run: Run = {
      first: before?.first ?? number,
      last: after?.last ?? number,
      failures: (before?.failures ?? 0) + failure + (after?.failures ?? 0),
    };
    this.#runs.delete(number - 1);
    this.#runs.delete(number + 1);
    this.#runs.set(run.first, run);
    this.#runs.set(run.last, run);
    return run.failures;
  }

  clear(): void {
    this.#runs.clear();
  }
}
