import {formatCount, formatList, formatShare} from '../analysis/format.ts';
import {rankedEndpoints} from '../analysis/ranks.ts';
import {mayRetry} from '../analysis/retryability.ts';
import {isSetByRoute, mostSpecific, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const ineffectiveFailover: Rule = builtIn('RL417', {
  needs: ['endpoints'],
  fields: ['endpoints', 'failover', 'failover.on', 'failover.ejection'],
  reads: ['maxAttempts', 'retryingLayers'],

  *check(scope): Iterable<Draft> {
    const {endpoints, maxAttempts} = scope.policy;
    if (endpoints === null || endpoints.length < 2 || maxAttempts === null) return;
    if (mayRetry(scope)) yield* kept(scope);
    else yield* once(scope);
    yield* neverEjected(scope);
  },
});

/** A route that is sent once, and one whose caller retries, are meant. */
function* once(scope: Scope): Iterable<Draft> {
  if (scope.policy.retryingLayers.length > 0) return;
  if (isSetByRoute(scope, 'maxAttempts') && !isSetByRoute(scope, 'endpoints')) return;
  yield {
    at: 'maxAttempts',
    message:
      'maxAttempts is 1, and a move to another endpoint is an attempt: a call that fails at its first endpoint is not sent to another. Allow at least 2.',
    related: [{at: 'endpoints', message: 'The endpoints are listed here.'}],
    suggestions: [{title: 'Set maxAttempts to 2', changes: [{do: 'set', path: 'maxAttempts', value: 2}]}],
  };
}

/** Losses of an endpoint. */
const OUTAGES: ReadonlySet<string> = new Set(['breaker-open', 'down', 'network', 'server-error', 'timeout']);

function* kept(scope: Scope): Iterable<Draft> {
  const {on} = scope.policy.failover;
  if (on.some(cause => OUTAGES.has(cause))) return;
  const byDefault = {title: 'Use the default list', changes: [{do: 'remove', path: 'failover.on'} as const]};
  const at = mostSpecific(scope, 'failover.on', 'endpoints');
  if (on.length === 0) {
    const message =
      'failover.on is empty, so no failure leads to another endpoint, and the others are not used. List causes.';
    yield {at, message, suggestions: [byDefault]};
    return;
  }
  yield {
    at,
    message: `failover.on lists ${formatList(on)} only: a call whose endpoint times out, refuses connections or has an open breaker stays there. Add timeout, network, breaker-open and down, if the others are to take over.`,
    severity: 'info',
    suggestions: [byDefault],
  };
}

function* neverEjected(scope: Scope): Iterable<Draft> {
  const {maxEjectedShare} = scope.policy.failover.ejection;
  const sizes = [...Map.groupBy(rankedEndpoints(scope.policy), ({rank}) => rank).values()].map(equals => equals.length);
  const most = Math.max(...sizes);
  // An endpoint is compared with others of its rank. As at run time, 1/3 of 3 is one.
  if (maxEjectedShare === 0 || most < 2 || maxEjectedShare * most + 1e-9 >= 1) return;
  const value = Math.ceil(100 / most) / 100;
  const path = 'failover.ejection.maxEjectedShare';
  yield {
    at: path,
    message: `No endpoint is ever ejected: one of ${formatCount(most, 'endpoint')} is ${formatShare(1 / most)}, and maxEjectedShare is ${formatShare(maxEjectedShare)}. Set it to at least ${value}.`,
    suggestions: [{title: `Set maxEjectedShare to ${value}`, changes: [{do: 'set', path, value}]}],
  };
}
