/**
 * The latency of a call, its probability of success and its number of attempts, from the latency and the failures of one attempt.
 *
 * An attempt succeeds, fails after a fixed time, or times out. A round is an attempt and its hedge, if there is one. Round i starts after
 * the durations of the i − 1 failed rounds before it and after the waits between them. The durations and the waits are independent, so
 *
 *   P(success by t) = Σ_i Σ_d P(i − 1 failed rounds take d) · ∫ A(min(t, D) − u) dP(u = d + waits)
 *
 * where D is the deadline and A(x) the probability that a round has succeeded after x. Without a hedge, A(x) = s · F(min(x, T)), where s is
 * the share of attempts that respond with success, F the distribution of the latency of a response, and T the attempt timeout. The share
 * h + s · (1 − F(T)) times out, where h is the share that never responds. A retry or a hedge is sent only if LEAST_ATTEMPT_MS are left, as
 * in the client. A failed call counts as slower than any latency.
 */

import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {Backoff, Budget} from '../policy/types.ts';
import {type Cdf, quantileOf} from './attempt-latency.ts';
import {grantedShare} from './budget.ts';
import {grantedHedges} from './hedge-load.ts';
import {type AttemptModel, type FailedRound, type Round, roundOf} from './round.ts';
import {sumOf} from './schedule.ts';
import {answeredBy, keptBy, latestHedge, latestStart, type Start, startedBy, sumOver} from './starts.ts';
import {type Waited, waitedBefore} from './waited.ts';

/** The settings of calls, and the assumed latency and failures. */
export interface CallModel extends AttemptModel {
  readonly attempts: number;
  readonly deadlineMs: number;
  readonly backoff: Backoff;
  /** Whether the failures that are retried are throttled responses. */
  readonly throttled: boolean;
  /** The budget of one client. Null: every retry and every hedge is granted. */
  readonly budget: Budget | null;
  /** Calls per second of that client. If undefined, the tokens that the budget gains by time count as none. */
  readonly rps?: number | undefined;
  /** An attempt still in flight after this time gets a hedge, if `attempts` allow one more. Failures and timeouts have to be retried. */
  readonly hedgeMs?: number | undefined;
  /** `maxLoadRatio` of the hedges, where calls want so many of them each. Undefined: unlimited. */
  readonly maxLoadOf?: ((wanted: number) => number) | undefined;
}

export interface CallPrediction {
  readonly successRatio: number;
  /** The mean number of attempts per call, which is the load on the server. Hedges count. */
  readonly meanAttempts: number;
  /** The mean number of hedges per call. */
  readonly meanHedges: number;
  /** The mean number of hedges per call that are due, whether they are granted or not. */
  readonly wantedHedges: number;
  /** Share of the calls that succeed by their first attempt, before it is hedged. */
  readonly firstTryRatio: number;
  /** Share of the wanted retries and hedges that the budget grants in steady state. */
  readonly grantedRatio: number;
  /** P(the call has succeeded after `ms`). */
  readonly cdf: Cdf;
  /** The latency below which a share of all calls succeeds; Infinity if fewer calls succeed. */
  quantile(share: number): number;
}

/** Later attempts do not change the shown result. */
const MOST_ATTEMPTS = 24;
const NEGLIGIBLE = 1e-7;

/**
 * Hedges are granted as retries are, and their share depends on the demand that it makes, so it is a fixed point.
 *
 * @param waits The total waits before each round, where they are known: many predictions share a backoff and a deadline.
 */
export function predictCall(model: CallModel, waits: readonly Waited[] = waitsOf(model)): CallPrediction {
  let hedges = 1;
  // From above, as a client with a full bucket: fewer hedges lead to more retries, so that there may be a second, lower fixed point.
  for (let round = 1; ; round++) {
    const calls = callsOf(model, waits, hedges);
    const granted = grantedOf(model, calls);
    if (Math.abs(granted.hedges - hedges) < ENOUGH || round === FIXED_POINT_ROUNDS) return predictionOf(calls, granted);
    hedges = granted.hedges;
  }
}

/** The share of hedges is then known well enough for success to 1e-3, which refusals blur anyway. */
const ENOUGH = 5e-3;
const FIXED_POINT_ROUNDS = 6;

/** Shares of the retries and of the hedges that are granted. */
interface Granted {
  readonly retries: number;
  readonly hedges: number;
}

/** The rounds of calls as if every retry was granted; by the number of the round. */
interface Calls {
  readonly plain: Round;
  readonly deadlineMs: number;
  readonly rounds: readonly (readonly Start[])[];
  readonly started: readonly number[];
  readonly answered: readonly number[];
  /** Rounds that are slow enough for a hedge. */
  readonly slow: readonly number[];
  readonly firstTryRatio: number;
  readonly heldMs: number;
}

/** @param granted Share of the hedges that is granted. */
function callsOf(model: CallModel, waits: readonly Waited[], granted: number): Calls {
  const {deadlineMs, hedgeMs} = model;
  const plain = roundOf(model, undefined);
  const hedged = hedgeMs === undefined ? plain : roundOf(model, hedgeMs, granted);
  const rounds = startsOf(model, waits, plain, hedged);
  const first = rounds[0]![0]!;
  const aloneMs = latestHedge(first, deadlineMs) < 0 ? deadlineMs : Math.min(first.round.hedgeMs, deadlineMs);
  const [before, alone] = [plain.answeredAfter(aloneMs), plain.answeredAfter(deadlineMs)];
  return {
    plain,
    deadlineMs,
    rounds,
    started: rounds.map(starts => sumOver(starts, start => startedBy(start, latestStart(start, deadlineMs)))),
    answered: rounds.map(starts => sumOver(starts, start => answeredBy(Infinity, start, plain, deadlineMs))),
    slow: rounds.map(starts =>
      sumOver(starts, start => start.round.hedgedRatio * startedBy(start, latestHedge(start, deadlineMs))),
    ),
    firstTryRatio: before + (1 - granted) * (alone - before),
    heldMs: heldMs(waits, plain),
  };
}

function grantedOf({budget, rps, maxLoadOf}: CallModel, calls: Calls): Granted {
  const {rounds, started, answered, slow, firstTryRatio} = calls;
  const kept = rounds.map(starts => sumOver(starts, start => keptBy(start, calls)));
  const retries = started.slice(1);
  const failed = retries.map((ratio, index) => ratio - answered[index + 1]!);
  const lost = slow.map((ratio, round) => Math.max(0, ratio - kept[round]!));
  const share = grantedShare(budget, {
    firstTryRatio,
    wanted: slow.map((ratio, round) => ratio + (retries[round] ?? 0)),
    lost: lost.map((ratio, round) => ratio + (failed[round] ?? 0)),
    heldMs: calls.heldMs,
    rps,
  });
  const hedges = sumOf(slow);
  return {
    retries: share,
    hedges: share * (maxLoadOf === undefined ? 1 : grantedHedges(maxLoadOf(hedges), hedges, rps)),
  };
}

function predictionOf({plain, deadlineMs, rounds, started, answered, slow, firstTryRatio}: Calls, granted: Granted) {
  /** A round needs that all retries before it were granted. */
  const reached = (ratio: number, round: number): number => ratio * granted.retries ** round;
  const cdf = (ms: number): number =>
    sumOf(
      rounds.map((starts, round) =>
        reached(
          sumOver(starts, start => answeredBy(ms, start, plain, deadlineMs)),
          round,
        ),
      ),
    );
  const successRatio = sumOf(answered.map(reached));
  const wantedHedges = sumOf(slow.map(reached));
  const meanHedges = wantedHedges * granted.hedges;
  return {
    successRatio,
    meanAttempts: sumOf(started.map(reached)) + meanHedges,
    meanHedges,
    wantedHedges,
    firstTryRatio,
    grantedRatio: granted.retries,
    cdf,
    quantile: (share: number) => (share > successRatio ? Infinity : quantileOf(cdf, share)),
  };
}

/** The total wait before each round. @param cells Of the grid of time. */
export const waitsOf = (
  {backoff, attempts, throttled, deadlineMs}: Pick<CallModel, 'backoff' | 'attempts' | 'throttled' | 'deadlineMs'>,
  cells?: number,
): Waited[] => waitedBefore(backoff, Math.min(attempts, MOST_ATTEMPTS), throttled, deadlineMs, cells);

/** By the number of attempts before a round: the total duration of the failed rounds before it, with its probability. */
type Failures = ReadonlyMap<number, ReadonlyMap<number, number>>;

/** How long the first retry of a call takes that succeeds: its mean wait and the median of its latency. */
function heldMs([, waited]: readonly Waited[], {answeredAfter}: Round): number {
  if (waited === undefined) return 0;
  const all = answeredAfter(Number.MAX_VALUE);
  const waitMs = waited.mass.reduce((sum, here, cell) => sum + here * cell * waited.stepMs, 0);
  return all === 0 ? 0 : waitMs + quantileOf(ms => answeredAfter(ms) / all, 0.5, 1);
}

/** By the number of the round, as if the budget granted every retry. */
function startsOf(model: CallModel, waits: readonly Waited[], plain: Round, hedged: Round): Start[][] {
  const {attempts, deadlineMs} = model;
  const rounds: Start[][] = [];
  let failures: Failures = new Map([[0, new Map([[0, 1]])]]);
  for (const [before, waited] of waits.entries()) {
    const next = new Map<number, Map<number, number>>();
    const starts: Start[] = [];
    for (const [sent, durations] of failures) {
      if (sent >= attempts) continue;
      const round = sent + 1 < attempts ? hedged : plain;
      for (const [atMs, weight] of durations) {
        starts.push({weight, atMs, waited, round, isFirst: before === 0, wasHedged: sent > before});
        for (const failed of round.failed) addFailure(next, sent, atMs, weight, failed);
      }
    }
    rounds.push(starts);
    failures = reachable(next, deadlineMs - LEAST_ATTEMPT_MS);
  }
  return rounds;
}

function addFailure(
  next: Map<number, Map<number, number>>,
  sent: number,
  atMs: number,
  weight: number,
  {ratio, afterMs, attempts}: FailedRound,
): void {
  const durations = next.get(sent + attempts) ?? new Map<number, number>();
  durations.set(atMs + afterMs, (durations.get(atMs + afterMs) ?? 0) + weight * ratio);
  next.set(sent + attempts, durations);
}

/** The failures after which there is time for another round, and that are likely enough to matter. */
function reachable(failures: Failures, latestMs: number): Failures {
  return new Map(
    [...failures].map(([sent, durations]) => [
      sent,
      merged([...durations].filter(([atMs, weight]) => atMs <= latestMs && weight > NEGLIGIBLE)),
    ]),
  );
}

/** Failures of several durations make ever more sums. Beyond this number, neighbors are merged. */
const MOST_DURATIONS = 32;

/** Durations in equal parts of their range, each at its mean. */
function merged(durations: [number, number][]): ReadonlyMap<number, number> {
  if (durations.length <= MOST_DURATIONS) return new Map(durations);
  const times = durations.map(([atMs]) => atMs);
  const leastMs = Math.min(...times);
  const width = (Math.max(...times) - leastMs) / MOST_DURATIONS;
  const parts = new Map<number, {weight: number; sumMs: number}>();
  for (const [atMs, weight] of durations) {
    const index = Math.floor((atMs - leastMs) / width);
    const {weight: before, sumMs} = parts.get(index) ?? {weight: 0, sumMs: 0};
    parts.set(index, {weight: before + weight, sumMs: sumMs + weight * atMs});
  }
  return new Map(Array.from(parts.values(), ({weight, sumMs}) => [sumMs / weight, weight]));
}
