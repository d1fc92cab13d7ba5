/** Bounds what hedging adds to the load, and learns how long an attempt usually takes. */
import type {Hedging} from '../policy/types.ts';
import {SlidingWindow} from './sliding-window.ts';

const LOAD_WINDOW_MS = 10_000;
/** Latencies remembered, and how many have to be known before a quantile means anything. */
const SAMPLES = 100;
const FEWEST_SAMPLES = 20;
/** A hedge sooner than this would be a second first attempt. */
const SHORTEST_DELAY_MS = 1;

/** @see J. Dean, L. Barroso, "The Tail at Scale" (2013); Finagle's BackupRequestFilter */
export class HedgeLoad {
  readonly #policy: Hedging;
  readonly #load = new SlidingWindow(LOAD_WINDOW_MS);
  readonly #latencies = new Float64Array(SAMPLES);
  #count = 0;
  #quantileMs: number | undefined;

  constructor(policy: Hedging) {
    this.#policy = policy;
  }

  callStarted(now: number): void {
    this.#load.addAll(now);
  }

  /** A successful attempt took this long. */
  observe(latencyMs: number): void {
    this.#latencies[this.#count++ % SAMPLES] = latencyMs;
    this.#quantileMs = undefined;
  }

  /** How long an attempt may take before it is hedged; undefined while too little is known. */
  delayMs(): number | undefined {
    const {delayMs, quantile} = this.#policy;
    if (delayMs !== undefined) return delayMs;
    if (quantile === undefined || this.#count < FEWEST_SAMPLES) return undefined;
    this.#quantileMs ??= Math.max(SHORTEST_DELAY_MS, this.#nearestRank(quantile));
    return this.#quantileMs;
  }

  /** Counts one hedge, unless the share of hedges would pass `maxLoadRatio`. */
  tryHedge(now: number): boolean {
    this.#load.advance(now);
    if (this.#load.marked + 1 > this.#load.all * this.#policy.maxLoadRatio + 1e-9) return false;
    this.#load.addMarked(now);
    return true;
  }

  #nearestRank(quantile: number): number {
    const known = this.#latencies.slice(0, Math.min(this.#count, SAMPLES)).sort();
    return known[Math.ceil(quantile * known.length) - 1]!;
  }
}
