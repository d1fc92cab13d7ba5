/** What a policy says and what follows from it, for messages that count. */

import type {AdaptiveBreaker, Breaker, Policy, RatioBudget, TokenBucketBudget} from '../../../src/policy/types.ts';
import {attemptsOf, heldMs, isThrottledRetried, shareAbove, waitableMs, waitOf} from '../support/arithmetic.ts';
import {type Run, runCall} from '../support/engine-run.ts';

/** The numbers that a message has to print in place of each `#` of its pattern, in their order. Undefined: any. */
export type Count = (
  policy: Policy,
  printed: readonly number[],
  message: string,
) => readonly (number | undefined)[] | Promise<readonly (number | undefined)[]>;

export const rpsOf = ({objective}: Policy): number => objective?.assume?.rps ?? NaN;

export const instancesOf = ({objective}: Policy): number => objective?.instances ?? 1;

export const retriesOf = (policy: Policy): number => attemptsOf(policy) - 1;

export const capOf = ({backoff}: Policy): number => ('capMs' in backoff ? backoff.capMs : NaN);

export const baseOf = ({backoff}: Policy): number => ('baseMs' in backoff ? backoff.baseMs : NaN);

export const limitOf = ({attemptTimeoutMs, deadlineMs}: Policy): number =>
  Math.min(attemptTimeoutMs ?? Infinity, deadlineMs ?? Infinity);

export const ratioOf = ({budget}: Policy): RatioBudget => (budget?.kind === 'ratio' ? budget : undefined)!;

export const bucketOf = ({budget}: Policy): TokenBucketBudget =>
  (budget?.kind === 'token-bucket' ? budget : undefined)!;

/** The processes that have a bucket, the retries in each, and those in all. */
export function bucketsOf(policy: Policy): [processes: number, each: number, all: number] {
  const each = Math.floor(bucketOf(policy).capacity / bucketOf(policy).retryCost);
  return [instancesOf(policy), each, each * instancesOf(policy)];
}

export const openMsOf = ({breaker}: Policy): number => (breaker as Exclude<Breaker, {kind: 'adaptive'}>).openMs;

export const leastOf = ({breaker}: Policy): number =>
  breaker?.kind === 'ratio' ? (breaker.minCalls === 'auto' ? 20 : breaker.minCalls) : NaN;

export const failuresOf = ({breaker}: Policy): number => (breaker?.kind === 'ratio' ? NaN : (breaker?.failures ?? NaN));

export const adaptiveOf = ({breaker}: Policy): AdaptiveBreaker => (breaker?.kind === 'adaptive' ? breaker : undefined)!;

export const hedgeShareOf = ({hedge, objective}: Policy): number =>
  hedge?.quantile !== undefined
    ? 1 - hedge.quantile
    : hedge?.delayMs === 0
      ? 1
      : (shareAbove(objective?.assume?.latencyMs, hedge?.delayMs ?? 0) ?? 0.5);

export const lineOf = (policy: Policy): {waitMs: number; most: number} => {
  const held =
    heldMs({
      ...policy,
      deadlineMs: null,
      objective: {assume: {latencyMs: policy.objective?.assume?.latencyMs}} as never,
    }) ?? 0;
  const waitMs = Math.min(
    Math.round(adaptiveOf(policy).maxWaitMs + (Number.isNaN(held) ? 0 : held)),
    waitableMs(policy),
  );
  return {waitMs, most: (rpsOf(policy) * waitMs) / 1000};
};

export const longestRetry = (policy: Policy): {retry: number; waitMs: number} => {
  let longest = {retry: 1, waitMs: 0};
  for (const isThrottled of isThrottledRetried(policy) ? [false, true] : [false])
    for (let retry = 1; retry <= Math.min(retriesOf(policy), 100); retry++) {
      const waitMs = waitOf(policy.backoff, retry, isThrottled).most;
      if (waitMs > longest.waitMs && waitMs < (policy.deadlineMs ?? Infinity)) longest = {retry, waitMs};
    }
  return longest;
};

/** The attempts that a hanging server gets, and how long the last one lasts. */
export const hanging = (policy: Policy, random: number): Promise<Run> =>
  runCall({...policy, retryOn: ['timeout']}, 'hang', random);

/** The attempts that a server gets of a call that fails in a way that the policy retries, if there is one. */
export async function attemptsAtWorst(policy: Policy): Promise<number> {
  const {attemptTimeoutMs, retryOn} = policy;
  const status = retryOn.includes(429) && !retryOn.some(each => each === 503 || each === '5xx') ? 429 : 503;
  const isHang = retryOn.length === 1 && retryOn[0] === 'timeout';
  const endless = {...policy, deadlineMs: null, attemptTimeoutMs: attemptTimeoutMs ?? 1000};
  return (await runCall(endless, isHang ? 'hang' : status, 0)).sentAt.length;
}

/** The code of a rule, a pattern in which each # is a number, and what these numbers have to be. */
export type Counts = readonly (readonly [code: string, pattern: string, count: Count])[];
