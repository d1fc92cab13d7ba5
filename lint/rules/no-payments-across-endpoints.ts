import {effectOf} from '../analysis/path-effect.ts';
import {callsOf, mayRetry, namedNonIdempotent} from '../analysis/retryability.ts';
import {settingHere} from '../analysis/setting.ts';
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
        text: '{\n  "endpoints": [{"name": "eu", "origin": "https://eu.example"}, {"name": "us", "origin": "https://us.example"}],\n  "failover": {"sharedKeys": true},\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/charges"}, "idempotency": {}}]\n}\n',
        findings: [
          {
            message:
              'POST /v1/charges may be carried out at two endpoints, and money may move twice, unless each knows the keys of the other. failover.sharedKeys says that they do: make sure, or set it to false here.',
            at: '3:16',
            marks: '"sharedKeys"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'charges that stay at their endpoint',
        text: '{\n  "endpoints": [{"name": "eu", "origin": "https://eu.example"}, {"name": "us", "origin": "https://us.example"}],\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/charges"}, "idempotency": {}}]\n}\n',
      },
      {
        name: 'completions, which leave nothing behind',
        text: '{\n  "endpoints": [{"name": "eu", "origin": "https://eu.example"}, {"name": "us", "origin": "https://us.example"}],\n  "failover": {"sharedKeys": true},\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/chat/completions"}, "idempotentMethods": ["POST"]}]\n}\n',
      },
    ],
  }),

  needs: ['endpoints'],
  fields: ['endpoints', 'failover', 'failover.sharedKeys'],
  reads: ['match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {endpoints, failover} = scope.policy;
    const {effect, why} = effectOf(scope.match);
    const [method] = namedNonIdempotent(scope);
    if (endpoints === null || endpoints.length < 2 || !failover.sharedKeys || effect !== 'acts') return;
    if (method === undefined || !mayRetry(scope)) return;
    yield {
      at: 'failover.sharedKeys',
      message: `${callsOf(scope, method)} may be carried out at two endpoints, and ${why ?? 'it may be done twice'}, unless each knows the keys of the other. failover.sharedKeys says that they do: make sure, or set it to false here.`,
      suggestions: [settingHere(scope, 'failover.sharedKeys', false)],
    };
  },
});
