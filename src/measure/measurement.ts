/** The result of a measurement: plain data, for the terminal, for JSON and for a page. */
import {type Interval, newcombePaired, type PairCounts, quantileRanks, wilson} from './confidence.ts';

/** How one call ended. */
export interface CallEnd {
  /** Whether its status is below 400 and no redirect, and its body was read to the end. */
  readonly ok: boolean;
  /** The status of the last response; null if there was none. */
  readonly status: number | null;
  /** Why it failed, such as `503`, `ECONNRESET`, or `503, attempts-exhausted` under a policy; null if it succeeded. */
  readonly failure: string | null;
  /** The message of an error that has no code; null otherwise. */
  readonly message: string | null;
  /** Requests that were sent for this call. */
  readonly requests: number;
  /** Sum of the waits before retries, in whole ms. */
  readonly waitedMs: number;
}

/** One call of a side. */
export interface MeasuredCall extends CallEnd {
  /** The calls of both sides with this number sent the same request, one right after the other. From 0. */
  readonly pair: number;
  /** From the start of the measurement, in ms. */
  readonly startedAtMs: number;
  /** From the start of the call until its body was read or the call failed, in ms. */
  readonly durationMs: number;
}

/** By nearest rank, in ms. null: the call at this rank failed. */
export interface Percentiles {
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** The interval of a percentile of the service, at 95 %, in ms. */
export interface PercentileInterval {
  /** null: the call at this bound failed. */
  readonly low: number | null;
  /** null: the call at this bound failed, or the calls are too few to bound the percentile from above. */
  readonly high: number | null;
}

export type PercentileIntervals = {readonly [Rank in keyof Percentiles]: PercentileInterval};

export interface AttemptCount {
  /** A status or an error: `200`, `ECONNRESET`, `attempt timeout`. */
  readonly outcome: string;
  readonly attempts: number;
}

export interface FailureCount {
  /** See `CallEnd.failure`. */
  readonly failure: string;
  readonly calls: number;
  /** What one of these errors said, if it has no code; null otherwise. */
  readonly message: string | null;
}

/** What one side did. */
export interface SideResult {
  /** In the order in which they began. */
  readonly calls: readonly MeasuredCall[];
  /** Calls that were in flight when the measurement was cut off. They are not counted, and slow calls are more likely among them. */
  readonly cutOff: number;
  readonly succeeded: number;
  /** From 0 to 1; null without calls. */
  readonly successRatio: number | null;
  /** Wilson's interval of the success ratio, at 95 %; null without calls. */
  readonly interval: Interval | null;
  /** Requests that were sent, retries and hedges included. */
  readonly requests: number;
  /** Calls that sent more than one request. */
  readonly retried: number;
  /** Those of them that succeeded. */
  readonly retriedAndSucceeded: number;
  /** The most frequent outcome first. */
  readonly attempts: readonly AttemptCount[];
  /** The most frequent one first. */
  readonly failures: readonly FailureCount[];
  /** The latency of all calls. A failed call counts as infinitely slow; null without calls. */
  readonly latencyMs: Percentiles | null;
  readonly latencyIntervalsMs: PercentileIntervals | null;
  /** The latency of the calls that succeeded; null if none did. */
  readonly succeededLatencyMs: Percentiles | null;
  readonly succeededLatencyIntervalsMs: PercentileIntervals | null;
}

/** The success ratio through the policy minus the one through plain fetch. */
export interface Difference {
  readonly pairs: PairCounts;
  readonly ratio: number;
  /** Newcombe's interval for pairs, at 95 %. */
  readonly interval: Interval;
  /** Whether the interval leaves out 0. */
  readonly isMoreThanChance: boolean;
}

/** What was measured, and how. */
export interface MeasurementFacts {
  /** A method and a URL without secrets, or the name of a file. */
  readonly target: string;
  readonly policyName: string;
  /** Calls of each side that were asked for. */
  readonly count: number;
  /** Requests in a second, of both sides together. */
  readonly ratePerSecond: number;
  /** Time limit of a call through plain fetch, in ms. */
  readonly timeoutMs: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
}

export interface Measurement extends MeasurementFacts {
  /** false if the measurement was stopped before it had made all calls. */
  readonly isComplete: boolean;
  readonly plain: SideResult;
  readonly policy: SideResult;
  /** null if no pair is complete. */
  readonly difference: Difference | null;
}

export interface SideCalls {
  /** In any order. */
  readonly calls: readonly MeasuredCall[];
  readonly cutOff: number;
  readonly attempts: ReadonlyMap<string, number>;
}

export function measurementOf(facts: MeasurementFacts, plain: SideCalls, policy: SideCalls): Measurement {
  return {
    ...facts,
    isComplete: [plain, policy].every(({calls}) => calls.length === facts.count),
    plain: sideResult(plain),
    policy: sideResult(policy),
    difference: differenceOf(plain.calls, policy.calls),
  };
}

function sideResult({calls, cutOff, attempts}: SideCalls): SideResult {
  const succeeded = calls.filter(({ok}) => ok);
  const retried = calls.filter(({requests}) => requests > 1);
  const latencies = calls.map(({ok, durationMs}) => (ok ? durationMs : Number.POSITIVE_INFINITY));
  const succeededLatencies = succeeded.map(({durationMs}) => durationMs);
  return {
    calls: calls.toSorted((a, b) => a.startedAtMs - b.startedAtMs),
    cutOff,
    succeeded: succeeded.length,
    successRatio: calls.length === 0 ? null : succeeded.length / calls.length,
    interval: calls.length === 0 ? null : wilson(succeeded.length, calls.length),
    requests: calls.reduce((sum, {requests}) => sum + requests, 0),
    retried: retried.length,
    retriedAndSucceeded: retried.filter(({ok}) => ok).length,
    attempts: [...attempts]
      .map(([outcome, times]) => ({outcome, attempts: times}))
      .sort((a, b) => b.attempts - a.attempts),
    failures: failuresOf(calls),
    latencyMs: percentilesOf(latencies),
    latencyIntervalsMs: percentileIntervalsOf(latencies),
    succeededLatencyMs: percentilesOf(succeededLatencies),
    succeededLatencyIntervalsMs: percentileIntervalsOf(succeededLatencies),
  };
}

function failuresOf(calls: readonly MeasuredCall[]): FailureCount[] {
  const byFailure = new Map<string, FailureCount>();
  for (const {failure, message} of calls) {
    if (failure === null) continue;
    const known = byFailure.get(failure);
    byFailure.set(failure, {failure, calls: (known?.calls ?? 0) + 1, message: known?.message ?? message});
  }
  return [...byFailure.values()].sort((a, b) => b.calls - a.calls);
}

/** @returns null without values. Few values are sorted whole: a histogram would round them. */
export function percentilesOf(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (percent: number): number | null => finite(sorted[Math.ceil((percent / 100) * sorted.length) - 1]!);
  return byRank(at);
}

/** @returns null without values. */
export function percentileIntervalsOf(values: readonly number[]): PercentileIntervals | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (percent: number): PercentileInterval => {
    const {low, high} = quantileRanks(sorted.length, percent / 100);
    return {low: low === null ? 0 : finite(sorted[low - 1]!), high: high === null ? null : finite(sorted[high - 1]!)};
  };
  return byRank(at);
}

const byRank = <T>(at: (percent: number) => T): {readonly [Rank in keyof Percentiles]: T} => ({
  p50: at(50),
  p90: at(90),
  p95: at(95),
  p99: at(99),
});

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** The difference of the pairs of which both calls ended. */
function differenceOf(plain: readonly MeasuredCall[], policy: readonly MeasuredCall[]): Difference | null {
  const byPair = new Map(plain.map(({pair, ok}) => [pair, ok]));
  const outcomes = policy.flatMap(({pair, ok}) => (byPair.has(pair) ? [[byPair.get(pair)!, ok] as const] : []));
  if (outcomes.length === 0) return null;
  const count = (first: boolean, second: boolean): number =>
    outcomes.filter(([a, b]) => a === first && b === second).length;
  const pairs: PairCounts = {
    bothSucceeded: count(true, true),
    onlyFirst: count(true, false),
    onlySecond: count(false, true),
    bothFailed: count(false, false),
  };
  const interval = newcombePaired(pairs);
  return {
    pairs,
    ratio: (pairs.onlySecond - pairs.onlyFirst) / outcomes.length,
    interval,
    isMoreThanChance: interval.low > 0 || interval.high < 0,
  };
}
