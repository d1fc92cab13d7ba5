import {formatList} from '../analysis/format.ts';
import {isIdempotent} from '../analysis/methods.ts';
import {effectOf} from '../analysis/path-effect.ts';
import {regionsOf} from '../analysis/region.ts';
import {callsOf, isKeyed, mayRetry, namedMethods, namedNonIdempotent} from '../analysis/retryability.ts';
import {settingHere} from '../analysis/setting.ts';
import {sitesOf} from '../analysis/site.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const paymentsAcrossEndpoints: Rule = defineRule({
  code: 'RL112',
  name: 'no-payments-across-endpoints',
  category: 'safety',
  severity: 'info',
  confidence: 'medium',
  summary: 'Let writes go to a second endpoint only where both know the key',
  documentation: () => ({
    why: `
\`failover.sharedKeys\` states that all endpoints share one state, so that each of them knows an idempotency key that another one has seen. If two
regions have stores of their own, a POST that one region has carried out is carried out by the other one again: the key is new there.

Many services replicate keys later than they answer, or not at all. The vendor's documentation says which; where it says nothing, assume that
they do not. If they do, suppress the finding with that reason.

Endpoints of different sites, such as two payment providers, never know each other's keys. There the declaration is false, and this is **an error**
for calls with a key, and for paths that write. A call that leaves nothing behind, such as a completion of a model, needs no key: list its method in
\`idempotentMethods\`.
`,
    sources: [
      {title: 'Failover', url: 'docs/guides/failover.md'},
      {
        title: 'Amazon Builders’ Library, Making retries safe with idempotent APIs',
        url: 'https://aws.amazon.com/builders-library/making-retries-safe-with-idempotent-APIs/',
      },
    ],
    bad: [
      {
        name: 'charges in two regions',
        text: '{\n  "endpoints": [{"name": "eu", "origin": "https://eu.pay.example"}, {"name": "us", "origin": "https://us.pay.example"}],\n  "failover": {"sharedKeys": true},\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/charges"}, "idempotency": {}}]\n}\n',
        findings: [
          {
            message:
              'POST /v1/charges may be carried out at two endpoints, and money may move twice, unless each knows the keys of the other. failover.sharedKeys says that they do: make sure, or set it to false here.',
            at: '3:16',
            marks: '"sharedKeys"',
          },
        ],
      },
      {
        name: 'charges at two providers',
        text: '{\n  "endpoints": [{"name": "a", "origin": "https://api.a.example"}, {"name": "b", "origin": "https://api.b.example"}],\n  "failover": {"sharedKeys": true},\n  "idempotency": {}\n}\n',
        findings: [
          {
            message:
              'POST on every path may be carried out at a.example and again at b.example, whatever its key: different sites do not know the keys of each other, and failover.sharedKeys says that they do. Set it to false.',
            at: '3:16',
            marks: '"sharedKeys"',
            severity: 'error',
          },
        ],
      },
    ],
    good: [
      {
        name: 'completions of two providers, without keys',
        text: '{\n  "endpoints": [{"name": "a", "origin": "https://api.a.example"}, {"name": "b", "origin": "https://api.b.example"}],\n  "failover": {"sharedKeys": true},\n  "idempotentMethods": ["POST"]\n}\n',
      },
      {
        name: 'charges that stay at their endpoint',
        text: '{\n  "endpoints": [{"name": "eu", "origin": "https://eu.pay.example"}, {"name": "us", "origin": "https://us.pay.example"}],\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/charges"}, "idempotency": {}}]\n}\n',
      },
      {
        name: 'completions, which leave nothing behind',
        text: '{\n  "endpoints": [{"name": "eu", "origin": "https://eu.pay.example"}, {"name": "us", "origin": "https://us.pay.example"}],\n  "failover": {"sharedKeys": true},\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/chat/completions"}, "idempotentMethods": ["POST"]}]\n}\n',
      },
    ],
  }),

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
    if (regions.length > 1 && keyed !== undefined && effect !== 'harmless') {
      yield acrossRegions(scope, keyed, regions);
      return;
    }
    if (effect !== 'acts' || method === undefined) return;
    yield {
      at: 'failover.sharedKeys',
      message: `${callsOf(scope, method)} may be carried out at two endpoints, and ${why ?? 'it may be done twice'}, unless each knows the keys of the other. failover.sharedKeys says that they do: make sure, or set it to false here.`,
      suggestions: [settingHere(scope, 'failover.sharedKeys', false)],
    };
  },
});

/** The methods that may be repeated with an effect: those that the route names, else those with a key. */
function methodsWithEffect(scope: Scope): readonly string[] {
  const keyed = (scope.policy.idempotency?.methods ?? []).filter(method => isIdempotent(method) === false);
  return namedMethods(scope) === undefined ? keyed : namedNonIdempotent(scope);
}

function acrossRegions(scope: Scope, method: string, regions: readonly string[]): Draft {
  return {
    at: 'failover.sharedKeys',
    message: `${callsOf(scope, method)} may be carried out in ${regions[0]} and again in ${formatList(regions.slice(1), 'or')}, if the second region does not know the key yet: a copy that is made later is behind. failover.sharedKeys says that the regions share their keys at once: make sure, or set it to false.`,
    related: [{at: 'endpoints', message: 'The endpoints are listed here.'}],
    suggestions: [settingHere(scope, 'failover.sharedKeys', false)],
  };
}

function acrossSites(scope: Scope, method: string, sites: readonly string[]): Draft {
  const {effect, why} = effectOf(scope.match);
  const twice = effect === 'acts' && why !== undefined ? `, and ${why}` : '';
  return {
    at: 'failover.sharedKeys',
    severity: 'error',
    confidence: effect === 'acts' ? 'high' : 'medium',
    message: `${callsOf(scope, method)} may be carried out at ${sites[0]} and again at ${formatList(sites.slice(1), 'or')}${twice}, whatever its key: different sites do not know the keys of each other, and failover.sharedKeys says that they do. Set it to false.`,
    related: [{at: 'endpoints', message: 'The endpoints are listed here.'}],
    suggestions: [settingHere(scope, 'failover.sharedKeys', false)],
  };
}
