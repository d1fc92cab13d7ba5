import {formatCount, formatList, formatShare} from '../analysis/format.ts';
import {byUse} from '../analysis/ranks.ts';
import {relatedTo} from '../analysis/related.ts';
import {mayRetry} from '../analysis/retryability.ts';
import {assign, removing, settingHere} from '../analysis/setting.ts';
import {isNative} from '../dialects/native.ts';
import {isSetByRoute, isSetHere, mostSpecific, type Scope} from '../model/scope.ts';
import type {Check, Draft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const ineffectiveFailover: Check = {
  needs: ['endpoints'],
  fields: ['endpoints', 'failover', 'failover.on', 'failover.ejection'],
  reads: ['maxAttempts', 'retryingLayers'],

  *check(scope): Iterable<Draft> {
    const {endpoints, maxAttempts} = scope.policy;
    if (endpoints === null || endpoints.length < 2 || maxAttempts === null) return;
    if (mayRetry(scope)) yield* kept(scope);
    else if (isNative(scope.dialect)) yield* once(scope);
    yield* neverEjected(scope);
  },
};

/** A route that is sent once, and one whose caller retries, are meant. */
function* once(scope: Scope): Iterable<Draft> {
  if (scope.policy.retryingLayers.length > 0) return;
  if (isSetByRoute(scope, 'maxAttempts') && !isSetByRoute(scope, 'endpoints')) return;
  yield {
    at: 'maxAttempts',
    message:
      'maxAttempts is 1, and a move to another endpoint is an attempt: a call that fails at its first endpoint is not sent to another. Allow at least 2.',
    related: relatedTo(scope, 'endpoints'),
    suggestions: [assign('Set maxAttempts to 2', 'maxAttempts', 2)],
  };
}

/** Losses of an endpoint. */
const OUTAGES: ReadonlySet<string> = new Set(['breaker-open', 'down', 'network', 'server-error', 'timeout']);

function* kept(scope: Scope): Iterable<Draft> {
  const {on} = scope.policy.failover;
  if (on.some(cause => OUTAGES.has(cause))) return;
  const byDefault = removing('Use the default list', 'failover.on');
  const at = mostSpecific(scope, 'failover.on', 'endpoints');
  const isEmpty = on.length === 0;
  yield {
    at,
    message: isEmpty
      ? 'failover.on is empty, so no failure leads to another endpoint, and the others are not used. List causes.'
      : `failover.on lists ${formatList(on)} only: a call whose endpoint times out, refuses connections or has an open breaker stays there. Add timeout, network, breaker-open and down, if the others are to take over.`,
    ...(!isEmpty && {severity: 'info'}),
    suggestions: [byDefault],
  };
}

function* neverEjected(scope: Scope): Iterable<Draft> {
  const {maxEjectedShare} = scope.policy.failover.ejection;
  const sizes = [...Map.groupBy(scope.policy.endpoints ?? [], ({rank}) => rank).values()].map(equals => equals.length);
  const most = Math.max(...sizes);
  // An endpoint is compared with others of its rank. As at run time, 1/3 of 3 is one.
  if (maxEjectedShare === 0 || most < 2 || maxEjectedShare * most + 1e-9 >= 1) return;
  const value = Math.ceil(100 / most) / 100;
  const path = 'failover.ejection.maxEjectedShare';
  yield {
    at: path,
    message: `No endpoint is ever ejected: one of ${formatCount(most, 'endpoint')} is ${formatShare(1 / most)}, and maxEjectedShare is ${formatShare(maxEjectedShare)}. Set it to at least ${value}.`,
    suggestions: [assign(`Set maxEjectedShare to ${value}`, path, value)],
  };
}

const fallbackFirst: FormerCheck = {
  formerly: 'RL420',
  confidence: 'medium',
  needs: ['endpoints'],
  fields: ['endpoints'],

  *check(scope): Iterable<Draft> {
    if (!isSetHere(scope, 'endpoints')) return;
    const endpoints = scope.policy.endpoints ?? [];
    for (const [index, {name, rank}] of endpoints.entries()) {
      if (!FALLBACK.test(name)) continue;
      const other = endpoints.find(each => each.rank >= rank && !FALLBACK.test(each.name));
      if (other === undefined) continue;
      const path = `endpoints[${index}].rank`;
      const value = other.rank + 1;
      const isFirst = rank < other.rank;
      yield {
        at: path,
        message: isFirst
          ? `${name} is used before ${other.name}, because its rank is ${rank} and that of ${other.name} is ${other.rank}. If it is the fallback, exchange the ranks.`
          : `${name} gets calls while ${other.name} is up, because both have rank ${rank}. If it is the fallback, set its rank to ${value}.`,
        ...(isFirst || PRIMARY.test(other.name) ? {} : {severity: 'info'}),
        suggestions: isFirst ? [] : [assign(`Set rank to ${value}`, path, value)],
      };
    }
  },
};

/** Names of first and second choices, as words of a name: `backup-eu`, `dr`. */
const PRIMARY = /(?<![a-z])primary(?![a-z])/i;
const FALLBACK = /(?<![a-z])(?:backup|burst|dr|fallback|overflow|secondary|spare|standby)(?![a-z])/i;

const spreadSessions: FormerCheck = {
  formerly: 'RL421',
  severity: 'info',
  confidence: 'medium',
  needs: ['endpoints'],
  fields: ['endpoints', 'failover', 'failover.sharedKeys'],
  reads: ['match'],

  *check(scope): Iterable<Draft> {
    const {policy, match} = scope;
    if (policy.endpoints === null || policy.failover.sharedKeys || !STATEFUL.test(match?.path ?? '')) return;
    const {first: equals} = byUse(policy);
    if (equals.length < 2) return;
    yield {
      at: 'match.path',
      message: `Calls of ${match?.path} are spread over ${formatList(equals.map(({name}) => name))}, which share no state (failover.sharedKeys is false): what one of them created is unknown to the other${equals.length > 2 ? 's' : ''}. Set endpoints to null for this route, or sharedKeys to true if they share it.`,
      related: relatedTo(scope, 'endpoints'),
      suggestions: [settingHere(scope, 'endpoints', null)],
    };
  },
};

/** Resources that live where they were created. */
const STATEFUL = /\/(?:cursors?|scrolls?|sessions?|uploads?)(?:\/|$)/i;

export const wrongEndpoint: Rule = builtIn('RL417', ineffectiveFailover, fallbackFirst, spreadSessions);
