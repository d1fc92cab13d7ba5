/**
 * A histogram of durations in bounded memory, for percentiles.
 *
 * Buckets grow by a constant factor, as in DDSketch, so every percentile is within 0.5 % of the true one, at any size: C. Masson et al.,
 * "DDSketch" (VLDB 2019). hdr-histogram-js brings three more packages and @datadog/sketches-js an encoder: either would be installed by every
 * user, for the few lines that are needed here.
 */

/** A bucket is 1 % wide: its middle is within 0.5 % of all of it. */
const GROWTH = 1.01;
/** The smallest duration that is told from 0, in ms. */
const LEAST_MS = 0.001;
/** Durations above this, in ms, share a bucket: 31 years. */
const MOST_MS = 1e12;
const BUCKETS = Math.ceil(Math.log(MOST_MS / LEAST_MS) / Math.log(GROWTH)) + 1;

export class Histogram {
  /** The first is for durations below `LEAST_MS`. */
  readonly #counts = new Float64Array(BUCKETS + 1);
  #count = 0;
  #sum = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** NaN where there is none. */
  get mean(): number {
    return this.#sum / this.#count;
  }

  /** 0 where there is none. */
  get max(): number {
    return this.#max;
  }

  add(ms: number): void {
    this.#counts[bucketOf(ms)]!++;
    this.#count++;
    this.#sum += ms;
    if (ms > this.#max) this.#max = ms;
  }

  /** The duration at this rank, from 1 for the shortest; within 0.5 %. Infinity where there are fewer. */
  atRank(rank: number): number {
    if (rank > this.#count) return Number.POSITIVE_INFINITY;
    let passed = 0;
    for (let bucket = 0; bucket <= BUCKETS; bucket++) {
      passed += this.#counts[bucket]!;
      if (passed >= rank) return Math.min(middleOf(bucket), this.#max);
    }
    return this.#max;
  }
}

function bucketOf(ms: number): number {
  if (ms < LEAST_MS) return 0;
  return Math.min(BUCKETS, 1 + Math.floor(Math.log(ms / LEAST_MS) / LOG_GROWTH));
}

const LOG_GROWTH = Math.log(GROWTH);

const middleOf = (bucket: number): number => (bucket === 0 ? 0 : LEAST_MS * GROWTH ** (bucket - 0.5));
