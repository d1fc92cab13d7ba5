/** Bounds what hedging adds to the load, and learns how long an attempt usually takes. */
import type {Hedging} from '../policy/types.ts';
import {SlidingWindow} from './sliding-window.ts';

const LOAD_WINDOW_MS = 10_000;
/** Latencies remembered, and how many have to be known before a quantile means anything. */
const SAMPLES = 100;
const FEWEST_SAMPLES = 20;
/** A hedge comes this much after the quantile, so that an attempt that takes just as long as the others is not hedged: clocks and timers are not finer. */
const AFTER_QUANTILE_MS = 1;

/** The calls and hedges of an origin and route, and how long attempts took there: shared by hedge settings of every kind. */
export class HedgeTraffic {
  readonly load: SlidingWindow = new SlidingWindow(LOAD_WINDOW_MS);
  readonly #latencies = new Float64Array(SAMPLES);
  /** Attempts observed so far. */
  count = 0;

  observe(latencyMs: number): void {
    this.#latencies[this.count++ % SAMPLES] = latencyMs;
  }

  /** A latency that the next attempt exceeds with a probability of at most 1 − quantile, where enough are known: of n, it exceeds the kth with 1 − k / (n + 1). */
  quantileMs(quantile: number): number {
    const known = this.#latencies.slice(0, Math.min(this.count, SAMPLES)).sort();
    const rank = Math.ceil(quantile * (known.length + 1) - 1e-9);
    return known[Math.min(rank, known.length) - 1]!;
  }
}

/** @see J. Dean, L. Barroso, "The Tail at Scale" (2013); Finagle's BackupRequestFilter */
export class HedgeLoad {
  readonly #policy: Omit<Hedging, 'to'>;
  readonly #traffic: HedgeTraffic;
  #quantileMs = 0;
  /** How many attempts were observed when the quantile was computed. */
  #quantileOf = -1;

  constructor(policy: Omit<Hedging, 'to'>, traffic: HedgeTraffic = new HedgeTraffic()) {
    this.#policy = policy;
    this.#traffic = traffic;
  }

  callStarted(now: number): void {
    this.#traffic.load.addAll(now);
  }

  /** A successful attempt took this long, or one that lost to its hedge took at least this long. */
  observe(latencyMs: number): void {
    this.#traffic.observe(latencyMs);
  }

  /** How long an attempt may take before it is hedged; undefined while too little is known. */
  delayMs(): number | undefined {
    const {delayMs, quantile} = this.#policy;
    if (delayMs !== undefined) return delayMs;
    const {count} = this.#traffic;
    if (quantile === undefined || count < FEWEST_SAMPLES) return undefined;
    if (this.#quantileOf !== count) {
      this.#quantileOf = count;
      this.#quantileMs = this.#traffic.quantileMs(quantile) + AFTER_QUANTILE_MS;
    }
    return this.#quantileMs;
  }

  /**
   * Counts one hedge, unless the share of hedges would pass `maxLoadRatio`.
   *
   * @param others The loads of the other endpoints that answer the same calls: a slow endpoint gets few of them.
   */
  tryHedge(now: number, others: readonly HedgeLoad[] = []): boolean {
    let all = 0;
    let marked = 0;
    for (const hedges of [this, ...others]) {
      const {load} = hedges.#traffic;
      load.advance(now);
      all += load.all;
      marked += load.marked;
    }
    if (marked + 1 > all * this.#policy.maxLoadRatio + 1e-9) return false;
    this.#traffic.load.addMarked(now);
    return true;
  }
}
