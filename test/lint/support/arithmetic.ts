/** The arithmetic that docs/rules states, written apart from the linter: what a message counts has to come out here, too. */

import type {Backoff, LatencyQuantiles, Policy} from '../../../src/policy/types.ts';

const LEAST_MS = 50;

/** The longest and the shortest wait before a retry, in ms, as docs/policy.md states each kind and each jitter. */
export function waitOf(backoff: Backoff, retry: number, isThrottled: boolean): {most: number; least: number} {
  const floor = isThrottled ? backoff.throttledBaseMs : 0;
  const cap = 'capMs' in backoff ? backoff.capMs : Number.MAX_SAFE_INTEGER;
  const plain = (at: number): number => {
    if (backoff.kind === 'exponential') return Math.max(backoff.baseMs, floor) * backoff.factor ** (at - 1);
    if (backoff.kind === 'linear') return Math.max(backoff.baseMs, floor) + backoff.stepMs * (at - 1);
    return Math.max(
      floor,
      backoff.kind === 'list' ? (backoff.delaysMs[at - 1] ?? backoff.delaysMs.at(-1)!) : backoff.delayMs,
    );
  };
  const planned = Math.min(cap, plain(retry));
  if (backoff.jitter === 'none') return {most: planned, least: planned};
  if (backoff.jitter === 'full') return {most: planned, least: 0};
  if (backoff.jitter === 'equal') return {most: planned, least: planned / 2};
  const low = Math.min(cap, plain(1));
  return {most: Math.min(cap, low * 3 ** retry), least: low};
}

export const attemptsOf = ({maxAttempts}: Policy): number =>
  maxAttempts === 'unlimited' ? Infinity : (maxAttempts ?? 1);

export const isThrottledRetried = ({retryOn}: Policy): boolean =>
  retryOn.some(each => [429, 529, 503, '4xx', '5xx'].includes(each));

/** n · T + Σ waits, in ms; the larger of plain and throttled waits where `isThrottled`. */
export function neededMs(policy: Policy, isThrottled: boolean): number {
  const attempts = attemptsOf(policy);
  let sum = attempts * (policy.attemptTimeoutMs ?? Infinity);
  for (let retry = 1; retry < Math.min(attempts, 1000); retry++) sum += waitOf(policy.backoff, retry, isThrottled).most;
  return sum;
}

/** Φ(z), by the integral. */
function normal(z: number): number {
  const steps = 4000;
  const from = -9;
  const width = (Math.min(9, Math.max(-9, z)) - from) / steps;
  let sum = 0;
  for (let index = 0; index < steps; index++) sum += Math.exp(-((from + (index + 0.5) * width) ** 2) / 2);
  return (sum * width) / Math.sqrt(2 * Math.PI);
}

const DEVIATES = [
  ['p50', 0],
  ['p95', 1.6448536],
  ['p99', 2.3263479],
] as const;

/** Latency by its deviate: ln(latency) is a line between the quantiles, and beyond them. Undefined without two that rise. */
export function latencyAt(quantiles: LatencyQuantiles | undefined): ((z: number) => number) | undefined {
  const known = DEVIATES.flatMap(([name, z]) =>
    quantiles?.[name] === undefined ? [] : [{z, log: Math.log(quantiles[name])}],
  );
  if (known.length < 2 || known.some(({log}, at) => at > 0 && log <= known[at - 1]!.log)) return undefined;
  return z => {
    const at = Math.max(
      1,
      known.findIndex(each => each.z >= z) === -1 ? known.length - 1 : known.findIndex(each => each.z >= z),
    );
    const [before, after] = [known[at - 1]!, known[at]!];
    return Math.exp(before.log + ((after.log - before.log) * (z - before.z)) / (after.z - before.z));
  };
}

/** The share of the latencies above `ms`; undefined without a curve. */
export function shareAbove(quantiles: LatencyQuantiles | undefined, ms: number): number | undefined {
  const latency = latencyAt(quantiles);
  if (latency === undefined) return undefined;
  let [low, high] = [-9, 9];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (latency(middle) <= ms) low = middle;
    else high = middle;
  }
  return 1 - normal(low);
}

/** How long an attempt is in flight on average, in ms, if answers, failures and hangs are as assumed. Undefined without a median. */
export function heldMs({attemptTimeoutMs, deadlineMs, objective}: Policy): number | undefined {
  const {latencyMs, failureRatio = 0, failureLatencyMs = 0, hangRatio = 0} = objective?.assume ?? {};
  const limit = Math.min(attemptTimeoutMs ?? Infinity, deadlineMs ?? Infinity);
  const latency = latencyAt(latencyMs);
  const answer =
    latency === undefined ? Math.min(latencyMs?.p50 ?? NaN, limit) : meanOf(z => Math.min(latency(z), limit));
  const hung = hangRatio > 0 && limit < Infinity ? hangRatio * limit : 0;
  return (1 - failureRatio - hangRatio) * answer + failureRatio * Math.min(failureLatencyMs, limit) + hung;
}

function meanOf(value: (z: number) => number): number {
  // A long tail adds most of the mean far from its middle.
  const [from, to, steps] = [-8, 22, 30_000];
  const width = (to - from) / steps;
  let sum = 0;
  for (let index = 0; index < steps; index++) {
    const z = from + width * (index + 0.5);
    sum += value(z) * Math.exp(-(z ** 2) / 2);
  }
  return (sum * width) / Math.sqrt(2 * Math.PI);
}

/** How long the deadline lets a call wait for the end of an outage, and an attempt after it, in ms. */
export const waitableMs = ({attemptTimeoutMs, deadlineMs}: Policy): number =>
  deadlineMs === null
    ? Infinity
    : Math.max(0, Math.floor(deadlineMs - LEAST_MS - Math.min(attemptTimeoutMs ?? Infinity, deadlineMs / 2)));
