import {undisturbedMs} from '../../src/math/timeline.ts';
import {formatList, formatNumber} from '../analysis/format.ts';
import {inFlight} from '../analysis/places.ts';
import {byUse} from '../analysis/ranks.ts';
import {retriesOf, retriesTimeouts, TIMEOUT_FIELDS} from '../analysis/retryability.ts';
import type {Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const missingConcurrencyLimit: Rule = builtIn('RL225', {
  needs: ['objective'],
  fields: ['concurrency'],
  reads: [...'attemptTimeoutMs backoff breaker budget deadlineMs endpoints objective'.split(' '), ...TIMEOUT_FIELDS],

  *check(scope): Iterable<Draft> {
    const {concurrency, objective} = scope.policy;
    const rps = objective?.assume?.rps ?? 0;
    if (concurrency !== null || rps === 0) return;
    yield* hanging(scope, rps);
    yield* moving(scope, rps * (objective?.instances ?? 1));
  },
});

/** Attempts in flight from one process to one address, at which ports and files run short. */
const MANY = 10_000;
/** Calls per second of all processes; fewer are not reported. */
const MANY_PER_SECOND = 100;

function* hanging(scope: Scope, rps: number): Iterable<Draft> {
  const {policy, words} = scope;
  const {attemptTimeoutMs, budget, deadlineMs, breaker} = policy;
  // A breaker opens when the first attempts have timed out, and a budget refuses retries.
  const isRepeated = breaker === null && budget === null && retriesTimeouts(scope);
  const wholeMs = isRepeated ? undisturbedMs(policy, retriesOf(policy) + 1, false) : attemptTimeoutMs;
  const heldMs = Math.min(wholeMs ?? Infinity, deadlineMs ?? Infinity);
  const most = inFlight(rps, heldMs);
  // RL301 and RL302 report calls without an end.
  if (!Number.isFinite(most) || most < MANY) return;
  yield {
    at: 'objective.assume.rps',
    message: `If the server hangs, ${formatNumber(rps)} calls per second wait for up to ${words.ms(heldMs)}, which makes ${formatNumber(most)} in flight, and no limit bounds them. Set concurrency.`,
  };
}

function* moving(scope: Scope, perSecond: number): Iterable<Draft> {
  const {first, spare} = byUse(scope.policy);
  if (spare.length === 0 || perSecond < MANY_PER_SECOND) return;
  const names = (list: typeof first): string => formatList(list.map(({name}) => name));
  yield {
    at: 'endpoints',
    message: `If ${names(first)} ${first.length === 1 ? 'fails' : 'fail'}, ${formatNumber(perSecond)} calls per second go to ${names(spare)} at once, and no limit bounds them. Set concurrency, unless ${spare.length === 1 ? 'it takes' : 'they take'} as many.`,
  };
}
