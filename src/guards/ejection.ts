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

/** The attempts of the last while, those of them that failed, and those that were refused, as by a 404. */
export interface Outcomes {
  readonly all: number;
  readonly failed: number;
  readonly refused: number;
}

/** Counts attempts. */
interface Counted {
  outcomes(now: number): Outcomes;
}

/** The attempts of several endpoints together. */
export const totalOf = (loads: readonly Counted[], now: number): Outcomes =>
  loads.reduce(
    (total, load) => {
      const {all, failed, refused} = load.outcomes(now);
      return {all: total.all + all, failed: total.failed + failed, refused: total.refused + refused};
    },
    {all: 0, failed: 0, refused: 0},
  );

/**
 * Whether an endpoint fails, or refuses, so much more often than the others that chance cannot explain it. An endpoint whose attempts end
 * well more often than those of the others is no outlier, also where it fails more often: the others may refuse everything.
 *
 * @returns What it does more often; null if it is no outlier.
 */
export function isOutlier(
  load: Counted,
  others: readonly Counted[],
  {minCalls, minExcess}: EjectionPolicy,
  now: number,
): 'failed' | 'refused' | null {
  const own = load.outcomes(now);
  const rest = totalOf(others, now);
  if (own.all < minCalls || rest.all < minCalls) return null;
  const exceeds = (part: number, all: number, otherPart: number, otherAll: number): boolean => {
    const excess = part / all - otherPart / otherAll;
    const pooled = (part + otherPart) / (all + otherAll);
    const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / all + 1 / otherAll));
    return excess >= minExcess && excess >= DEVIATIONS * deviation;
  };
  const goodShare = ({all, failed, refused}: Outcomes): number => 1 - (failed + refused) / all;
  const good = goodShare(own);
  const otherGood = goodShare(rest);
  // An attempt that failed could not be refused: requests that are at fault are refused alike among those that did not fail.
  if (good < otherGood && exceeds(own.refused, own.all - own.failed, rest.refused, rest.all - rest.failed))
    return 'refused';
  const isNoBetter = otherGood > 0 && good < otherGood + minExcess;
  return isNoBetter && exceeds(own.failed, own.all, rest.failed, rest.all) ? 'failed' : null;
}
