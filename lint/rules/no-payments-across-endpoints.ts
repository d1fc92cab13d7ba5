import {formatList} from '../analysis/format.ts';
import {isIdempotent} from '../analysis/methods.ts';
import {effectOf} from '../analysis/path-effect.ts';
import {regionsOf} from '../analysis/region.ts';
import {relatedTo} from '../analysis/related.ts';
import {callsOf, isKeyed, mayRetry, namedMethods, namedNonIdempotent} from '../analysis/retryability.ts';
import {settingHere} from '../analysis/setting.ts';
import {sitesOf} from '../analysis/site.ts';
import type {Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const paymentsAcrossEndpoints: Rule = builtIn('RL112', {
  needs: ['endpoints'],
  fields: ['endpoints', 'failover', 'failover.sharedKeys'],
  reads: ['idempotency', 'match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {endpoints, failover} = scope.policy;
    if (endpoints === null || endpoints.length < 2 || !failover.sharedKeys || !mayRetry(scope)) return;
    const {effect, why} = effectOf(scope.match);
    const sites = sitesOf(endpoints);
    if (sites.length > 1) {
      const method = methodsWithEffect(scope).find(each => isKeyed(scope.policy, each) || effect === 'acts');
      if (method !== undefined && effect !== 'harmless') yield acrossSites(scope, method, sites);
      return;
    }
    const [method] = namedNonIdempotent(scope);
    const regions = regionsOf(endpoints);
    const keyed = methodsWithEffect(scope).find(each => isKeyed(scope.policy, each));
    if (regions.length > 1 && keyed !== undefined && effect !== 'harmless')
      return yield acrossRegions(scope, keyed, regions);
    if (effect !== 'acts' || method === undefined) return;
    const message = `${callsOf(scope, method)} may be carried out at two endpoints, and ${why ?? 'it may be done twice'}, unless each knows the keys of the other. failover.sharedKeys says that they do: make sure, or set it to false here.`;
    yield {...shared(scope, message), related: []};
  },
});

const shared = (scope: Scope, message: string): Draft => ({
  at: 'failover.sharedKeys',
  message,
  related: relatedTo(scope, 'endpoints'),
  suggestions: [settingHere(scope, 'failover.sharedKeys', false)],
});

/** The methods that may be repeated with an effect: those that the route names, else those with a key. */
function methodsWithEffect(scope: Scope): readonly string[] {
  const keyed = (scope.policy.idempotency?.methods ?? []).filter(method => isIdempotent(method) === false);
  return namedMethods(scope) === undefined ? keyed : namedNonIdempotent(scope);
}

const acrossRegions = (scope: Scope, method: string, regions: readonly string[]): Draft =>
  shared(
    scope,
    `${callsOf(scope, method)} may be carried out in ${regions[0]} and again in ${formatList(regions.slice(1), 'or')}, if the second region does not know the key yet: a copy that is made later is behind. failover.sharedKeys says that the regions share their keys at once: make sure, or set it to false.`,
  );

function acrossSites(scope: Scope, method: string, sites: readonly string[]): Draft {
  const {effect, why} = effectOf(scope.match);
  const twice = effect === 'acts' && why !== undefined ? `, and ${why}` : '';
  const message = `${callsOf(scope, method)} may be carried out at ${sites[0]} and again at ${formatList(sites.slice(1), 'or')}${twice}, whatever its key: different sites do not know the keys of each other, and failover.sharedKeys says that they do. Set it to false.`;
  return {...shared(scope, message), severity: 'error', confidence: effect === 'acts' ? 'high' : 'medium'};
}
