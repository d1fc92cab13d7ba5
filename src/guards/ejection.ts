/**
 * Ejection: an endpoint that fails more often than the others of its rank is passed over for a while, although its breaker is closed.
 *
 * An endpoint is compared with the others together, not with the mean and deviation of all: among three, none can be more than 1.2 sample
 * deviations off, however bad it is, and Envoy therefore compares five hosts or more.
 */
import type {Random} from '../core/random.ts';
import type {Ejection as EjectionPolicy} from '../policy/types.ts';
import {openSpread} from './open-spread.ts';

/** Standard deviations of the difference of two shares. Each failure is a test, so two would eject by chance every few minutes. */
const DEVIATIONS = 4;
/** An endpoint that returns gets a tenth of its share at first, and all of it after this time. */
const RAMP_MS = 30_000;
const FIRST_SHARE = 0.1;

/** The ejections of one endpoint, on one route. */
export class Ejections {
  #until = -Infinity;
  #times = 0;
  /** Whether the end of the last one was reported. */
  #isReported = true;

  isOut(now: number): boolean {
    return now < this.#until;
  }

  /** @returns How long it lasts, in ms. */
  eject({ejectMs, maxEjectMs}: EjectionPolicy, random: Random, now: number): number {
    const good = this.#times === 0 ? 0 : Math.floor((now - this.#until) / ejectMs);
    this.#times = Math.max(0, this.#times - good) + 1;
    const ms = Math.min(maxEjectMs, this.#times * ejectMs) * openSpread(random);
    this.#until = now + ms;
    this.#isReported = false;
    return ms;
  }

  /** True once after each ejection. */
  returns(now: number): boolean {
    if (this.#isReported || this.isOut(now)) return false;
    this.#isReported = true;
    return true;
  }

  /** The part of its share that the endpoint gets. */
  shareAt(now: number): number {
    return Math.min(1, FIRST_SHARE + ((1 - FIRST_SHARE) * (now - this.#until)) / RAMP_MS);
  }
}

/** Counts the attempts of the last while, and those of them that failed. */
interface Counted {
  outcomes(now: number): {readonly all: number; readonly failed: number};
}

/** Whether an endpoint fails so much more often than the others that chance cannot explain it. */
export function isOutlier(
  load: Counted,
  others: readonly Counted[],
  {minCalls, minExcess}: EjectionPolicy,
  now: number,
): boolean {
  const own = load.outcomes(now);
  let all = 0;
  let failed = 0;
  for (const other of others) {
    const outcomes = other.outcomes(now);
    all += outcomes.all;
    failed += outcomes.failed;
  }
  if (own.all < minCalls || all < minCalls) return false;
  const excess = own.failed / own.all - failed / all;
  const pooled = (own.failed + failed) / (own.all + all);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / own.all + 1 / all));
  return excess >= minExcess && excess >= DEVIATIONS * deviation;
}
