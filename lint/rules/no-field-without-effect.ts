import {usersOf} from '../analysis/heirs.ts';
import {INERT_FIELDS} from '../analysis/inert-fields.ts';
import {namedNonIdempotent} from '../analysis/retryability.ts';
import {mayMeet} from '../analysis/route-cover.ts';
import {removing} from '../analysis/setting.ts';
import {equalJson} from '../canonical.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import type {Check, Draft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const inertField: Check = {
  fields: [],
  reads:
    'attemptHeader attemptTimeoutMs backoff breaker budget concurrency deadlineHeader deadlineMs endpoints failover hedge idempotency maxAttempts match nested objective paid quota retryAfter retryOn stream'.split(
      ' ',
    ),

  *checkFile({scopes, heirs}) {
    // The file is a base, and a policy that extends it may use all of its fields.
    if (heirs === 'unknown') return;
    for (const candidate of INERT_FIELDS) {
      // This check is much faster than finding the layer that sets a field.
      if (scopes.every(scope => candidate.inert(scope) === undefined)) continue;
      const isUsed = (scope: Scope): boolean => candidate.inert(scope) === undefined;
      for (const [layer, users] of usersOf(candidate.path, scopes)) {
        const scope = users.find(({own}) => own === layer) ?? users[0]!;
        const why = candidate.inert(scope);
        if (why === undefined || users.some(isUsed)) continue;
        if (heirs.some(heir => usersOf(candidate.path, heir).get(layer)?.some(isUsed))) continue;
        const {path} = candidate;
        yield {
          scope,
          at: path,
          message: `${scope.words.name(path)} ${candidate.effect ?? 'has no effect'}: ${why}.`,
          ...(candidate.effect === undefined ? {tag: 'unnecessary'} : {}),
          ...(candidate.isHarmless && {severity: 'info'}),
          ...(candidate.isRemovable ? {fix: removing(`Remove ${path}`, path)} : {}),
        };
      }
    }
  },
};

const idleRoute: FormerCheck = {
  formerly: 'RL603',
  severity: 'info',
  needs: ['routes'],
  fields: [],
  reads: [''],

  *checkFile({scopes, heirs}) {
    if (heirs === 'unknown') return;
    for (const scope of scopes.slice(1)) {
      const {own, match = {}} = scope;
      if (own.entry !== undefined || own.data.name !== undefined || hasSlips(own)) continue;
      // A route that names POST states that its calls were thought of.
      if (match.methods !== undefined && namedNonIdempotent(scope).length > 0) continue;
      if (![scopes, ...heirs].every(each => isIdle(own, each))) continue;
      const message = `${scope.title.replace(/^r/, 'R')} changes nothing: its calls have the same settings without it. Remove it.`;
      yield {scope, at: 'match', message, tag: 'unnecessary', fix: removing('Remove the route', '')};
    }
  },
};

/** Whether a route changes nothing, neither for its calls nor for a later route. */
function isIdle(own: Scope['own'], [top, ...routes]: readonly Scope[]): boolean {
  const index = routes.findIndex(route => route.own === own);
  const {policy, match = {}} = routes[index] ?? {};
  if (!equalJson({...policy, name: ''}, {...top!.policy, name: ''})) return false;
  return !routes.slice(index + 1).some(next => mayMeet(match, next.match ?? {}));
}

/** An invalid setting was meant to change something. */
const hasSlips = ({shape, base}: Scope['own']): boolean =>
  [...(shape?.invalid ?? [])].some(path => path.startsWith(`${base}.`)) ||
  (shape?.problems ?? []).some(({path}) => path.startsWith(`${base}.`));

const rankGap: FormerCheck = {
  formerly: 'RL606',
  severity: 'info',
  confidence: 'low',
  needs: ['endpoints'],
  fields: ['endpoints'],

  *check(scope): Iterable<Draft> {
    if (!isSetHere(scope, 'endpoints')) return;
    const endpoints = (scope.policy.endpoints ?? []).map((each, index) => ({
      ...each,
      path: `endpoints[${index}].rank`,
    }));
    const ranks = [...new Set(endpoints.map(({rank}) => rank))].sort((a, b) => a - b);
    const gap = ranks.findIndex((rank, index) => rank !== index + 1);
    if (gap === -1) return;
    const after = endpoints.find(({rank}) => rank === ranks[gap])!;
    yield {
      at: after.path,
      message: `No endpoint has rank ${gap + 1}, and ${after.name} has rank ${after.rank}. Number the ranks from 1 on, or add the endpoint that is missing.`,
      fix: {
        title: 'Number the ranks from 1 on',
        changes: endpoints
          .filter(({rank}) => rank !== ranks.indexOf(rank) + 1)
          .map(({path, rank}) => ({do: 'set', path, value: ranks.indexOf(rank) + 1})),
      },
    };
  },
};

export const fieldWithoutEffect: Rule = builtIn('RL405', inertField, idleRoute, rankGap);
