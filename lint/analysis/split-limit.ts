import {canonical} from '../canonical.ts';
import type {Scope} from '../model/scope.ts';
import type {Draft, FormerCheck} from '../rule.ts';
import {formatLimits} from './format-limits.ts';
import {isReached, mayMeet, originOnly} from './route-cover.ts';

export const splitLimit: FormerCheck = {
  formerly: 'RL224',
  needs: ['quota', 'concurrency'],
  fields: ['quota', 'concurrency'],
  reads: ['match'],

  *check(scope, scopes) {
    const draft = quotaDraft(scope, scopes) ?? concurrencyDraft(scope, scopes);
    if (draft !== undefined) yield draft;
  },
};

/** The first scope before this one that differs, if calls to one origin may be asked of both. There may be hundreds, so that is asked last. */
function beside(scope: Scope, scopes: readonly Scope[], differs: (other: Scope) => boolean): Scope | undefined {
  return scopes.slice(0, scopes.indexOf(scope)).find(other => {
    if (!differs(other) || !mayMeet(originOnly(other.match), originOnly(scope.match))) return false;
    const origin = {...originOnly(other.match), ...originOnly(scope.match)};
    return [other, scope].every(each => isReached(each, origin, scopes));
  });
}

/** Whether the route itself sets the field: a value from above is that of all routes. */
const setsItself = ({match, own}: Scope, field: 'quota' | 'concurrency'): boolean =>
  match !== undefined && own.data[field] !== undefined && own.data[field] !== null;

function quotaDraft(scope: Scope, scopes: readonly Scope[]): Draft | undefined {
  const {quota} = scope.policy;
  if (!setsItself(scope, 'quota') || quota === null || quota.scope === 'route' || quota.limits.length === 0)
    return undefined;
  const differs = ({policy: {quota: its}}: Scope): boolean =>
    its?.scope === 'origin' && its.limits.length > 0 && canonical(its) !== canonical(quota);
  const other = beside(scope, scopes, differs);
  if (other === undefined) return undefined;
  const [theirs, ours] = [formatLimits(other), formatLimits(scope)];
  const together = theirs === ours ? `${ours} twice` : `${theirs} and ${ours}`;
  return {
    at: 'quota',
    message: `The calls of ${scope.title} have a quota of their own beside that of ${other.title}, because its settings differ. Calls to the same origin may together send ${together}. Set the same quota for both, or "scope": "route" if the calls are counted apart.`,
  };
}

/** Only of limits that allow as much: a route with another one is to have its own. */
function concurrencyDraft(scope: Scope, scopes: readonly Scope[]): Draft | undefined {
  const {concurrency} = scope.policy;
  if (!setsItself(scope, 'concurrency') || concurrency === null) return undefined;
  const differs = ({policy: {concurrency: its}}: Scope): boolean =>
    its?.max === concurrency.max && canonical(its) !== canonical(concurrency);
  const other = beside(scope, scopes, differs);
  if (other === undefined) return undefined;
  const {max} = concurrency;
  return {
    at: 'concurrency',
    message: `The calls of ${scope.title} have a concurrency limit of their own beside that of ${other.title}, because its settings differ. Calls to the same origin may together have ${2 * max} attempts in flight instead of ${max}. Set the same concurrency for both, or another max for the route.`,
  };
}
