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
/** Runs that are remembered. One that is older is met again only by an attempt that was in flight for long. */
const KEPT = 256;

/** Adjacent attempts that failed. */
export interface Run {
  readonly first: number;
  readonly last: number;
  readonly failures: number;
  /** When the first of its attempts began, and when the last one did. */
  readonly firstBeganAt: number;
  readonly lastBeganAt: number;
}

export class FailureRuns {
  readonly #shortest: number;
  /** By their first numbers, and by their last ones. */
  readonly #from = new Map<number, Run>();
  readonly #to = new Map<number, Run>();
  /** Mean length of the runs that ended in a success. */
  #mean = 0;
  #longRun: number;

  /** @param shortest So many failures in a row are too many where failures are rare. */
  constructor(shortest: number) {
    this.#shortest = shortest;
    this.#longRun = shortest;
  }

  /** So many failures in a row are no chance, by the runs before. */
  get longRun(): number {
    return this.#longRun;
  }

  /** How many attempts one success takes, by the runs before. */
  get attemptsPerSuccess(): number {
    return 1 + this.#mean;
  }

  /** @param length Failures since the success before. */
  endedAfter(length: number): void {
    if (length === this.#mean || length > OUTAGE * this.#longRun) return;
    this.#mean += (length - this.#mean) * (length > this.#mean ? MEAN_RISE : MEAN_FALL);
    this.#longRun = failuresToOpen(this.#shortest, this.#mean);
  }

  /**
   * The attempt failed; or, with no failure, it says nothing, and those around it are adjacent.
   *
   * @returns The run that it belongs to.
   */
  add(number: number, beganAt: number, failures: 0 | 1): Run {
    const before = this.#to.get(number - 1);
    const after = this.#from.get(number + 1);
    let run: Run = {first: number, last: number, failures, firstBeganAt: beganAt, lastBeganAt: beganAt};
    if (before !== undefined) run = joined(before, run);
    if (after !== undefined) run = joined(run, after);
    this.#to.delete(number - 1);
    this.#from.delete(number + 1);
    this.#from.set(run.first, run);
    this.#to.set(run.last, run);
    if (this.#from.size > KEPT) this.#forgetOldest();
    return run;
  }

  clear(): void {
    this.#from.clear();
    this.#to.clear();
  }

  #forgetOldest(): void {
    const [oldest] = this.#from.values();
    this.#from.delete(oldest!.first);
    this.#to.delete(oldest!.last);
  }
}

const joined = (before: Run, after: Run): Run => ({
  first: before.first,
  last: after.last,
  failures: before.failures + after.failures,
  firstBeganAt: (before.failures > 0 ? before : after).firstBeganAt,
  lastBeganAt: (after.failures > 0 ? after : before).lastBeganAt,
});
