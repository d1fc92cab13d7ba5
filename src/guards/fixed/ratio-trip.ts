/**
 * Opens a breaker when a share of the attempts failed.
 *
 * Each failure is compared with the attempts that began in the window before the failed attempt began; an attempt without an
 * answer counts as not failed. Ended attempts alone are a biased sample: failures of 20 ms arrive before successes of 180 ms.
 * Among attempts ordered by their beginning, the observed share never exceeds the true share, whatever the latencies are.
 */
import {type TripRule, tripRule} from '../../policy/trip-rule.ts';
import type {RatioBreaker} from '../../policy/types.ts';
import type {Health, Tracked, Trip} from '../trip.ts';

const BUCKETS = 10;

export class RatioTrip implements Trip {
  readonly #rule: TripRule;
  readonly #epoch: number;
  readonly #bucketMs: number;
  #current: Cohort | null = null;

  constructor(policy: RatioBreaker, epoch: number) {
    this.#rule = tripRule(policy);
    this.#epoch = epoch;
    this.#bucketMs = policy.windowMs / BUCKETS;
  }

  begin(now: number): Tracked {
    const bucket = Math.floor(now / this.#bucketMs);
    let cohort = this.#current;
    if (cohort === null || cohort.counts.bucket < bucket) {
      const earlier = cohort === null ? [] : cohort.window.filter(counts => counts.bucket > bucket - BUCKETS);
      cohort = new Cohort(this.#epoch, this.#rule, earlier, {bucket, begun: 0, failed: 0});
      this.#current = cohort;
    }
    cohort.counts.begun++;
    return cohort;
  }
}

/** The attempts that began in one bucket of time. */
interface Counts {
  readonly bucket: number;
  begun: number;
  failed: number;
}

/**
 * The attempts of one bucket, with the counts of the buckets before it. Attempts in flight refer to their cohort, so a cohort exists until
 * its last attempt ends, and the breaker needs no list of cohorts.
 */
class Cohort implements Tracked {
  readonly epoch: number;
  readonly counts: Counts;
  /** In the order of time; the cohort's own counts are last. */
  readonly window: readonly Counts[];
  readonly #rule: TripRule;

  constructor(epoch: number, rule: TripRule, earlier: readonly Counts[], counts: Counts) {
    this.epoch = epoch;
    this.#rule = rule;
    this.counts = counts;
    this.window = [...earlier, counts];
  }

  end(health: Health): boolean {
    if (health === 'success') return false;
    if (health === 'nothing') {
      this.counts.begun--;
      return false;
    }
    this.counts.failed++;
    return this.#opens();
  }

  #opens(): boolean {
    let all = 0;
    let failed = 0;
    for (const counts of this.window) {
      all += counts.begun;
      failed += counts.failed;
    }
    const {ratio, least, bits, against} = this.#rule;
    // Without the allowance, rounding requires one failure more: 100 × 0.55 is 55.00000000000001.
    return all >= least && failed >= all * ratio - 1e-9 && failed - (all - failed) * against >= bits;
  }
}
