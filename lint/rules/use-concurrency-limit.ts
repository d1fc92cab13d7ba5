import {undisturbedMs} from '../../src/math/timeline.ts';
import {formatList, formatNumber} from '../analysis/format.ts';
import {inFlight} from '../analysis/places.ts';
import {byUse} from '../analysis/ranks.ts';
import {retriesOf, retriesTimeouts, TIMEOUT_FIELDS} from '../analysis/retryability.ts';
import {isSetByRoute, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const missingConcurrencyLimit: Rule = builtIn('RL225', {
  needs: ['objective'],
  fields: ['concurrency', 'concurrency.max'],
  reads: [...'attemptTimeoutMs backoff breaker budget deadlineMs endpoints objective'.split(' '), ...TIMEOUT_FIELDS],

  *check(scope): Iterable<Draft> {
    const {concurrency, objective} = scope.policy;
    const rps = objective?.assume?.rps ?? 0;
    if (rps === 0) return;
    if (scope.match === undefined || isSetByRoute(scope, 'objective.assume.rps')) yield* hanging(scope, rps);
    if (concurrency === null) yield* moving(scope, rps * (objective?.instances ?? 1));
  },
});

/** Attempts in flight from one process, as by Envoy's limit for a cluster, and about as many as it may have files open. */
const MANY = 1000;
/** From all processes, each with so many that a limit can bound them: more connections than most servers take. */
const MANY_OF_ALL = 10_000;
const LEAST_OF_EACH = 100;
/** Times as many as in ordinary traffic. Fewer are no growth that a server in trouble notices. */
const GROWTH = 10;
/** Calls per second of all processes; fewer are not reported. */
const MANY_PER_SECOND = 100;

function* hanging(scope: Scope, rps: number): Iterable<Draft> {
  const {policy, words} = scope;
  const {attemptTimeoutMs, budget, concurrency, deadlineMs, breaker, objective} = policy;
  // A breaker opens when the first attempts have timed out, and a budget refuses retries.
  const isRepeated = breaker === null && budget === null && retriesTimeouts(scope);
  const wholeMs = isRepeated ? undisturbedMs(policy, retriesOf(policy) + 1, false) : attemptTimeoutMs;
  const heldMs = Math.min(wholeMs ?? Infinity, deadlineMs ?? Infinity);
  const most = inFlight(rps, heldMs);
  const instances = objective?.instances ?? 1;
  const usualMs = objective?.assume?.latencyMs?.p50 ?? 0;
  // RL301 and RL302 report calls without an end.
  if (!Number.isFinite(most) || heldMs < GROWTH * usualMs) return;
  if (most < MANY && (most < LEAST_OF_EACH || most * instances < MANY_OF_ALL)) return;
  // An adaptive limit falls while attempts time out.
  if (concurrency !== null && (concurrency.kind === 'adaptive' || concurrency.max < most)) return;
  const before = usualMs === 0 ? '' : ` instead of ${formatNumber(inFlight(rps, usualMs))}`;
  const all = most < MANY ? `, ${formatNumber(most * instances)} from ${instances} processes` : '';
  yield {
    at: concurrency === null ? 'objective.assume.rps' : 'concurrency.max',
    message: `If the server hangs, ${formatNumber(rps)} calls per second wait for up to ${words.ms(heldMs)}, which makes ${formatNumber(most)} in flight${before}${all}, and ${concurrency === null ? 'no limit bounds them. Set concurrency' : `the limit of ${concurrency.max} does not bound them. Lower max`}.`,
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
