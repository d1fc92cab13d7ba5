import {formatNumber} from '../analysis/format.ts';
import {isRare} from '../analysis/rare-calls.ts';
import {mayRetry, retriesOf} from '../analysis/retryability.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const missingBudget: Rule = defineRule({
  code: 'RL207',
  name: 'use-retry-budget',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Limit the retries of all calls with a budget',
  documentation: () => ({
    why: `
\`maxAttempts\` limits the attempts of one call. If every call fails, three attempts per call triple the load on a failing server and can
prolong the outage. A budget limits the retries of all calls together: it refuses few retries while few calls fail, and nearly all while
most fail.

A budget is on by default. While up to a fifth of the attempts fail, the default bucket costs less than one success in a hundred. In an
outage it allows a burst of seven retries and then keeps the load unchanged.
`,
    sources: [
      {
        title: 'Google SRE Book, Handling Overload: a retry budget of 10 % for each client',
        url: 'https://sre.google/sre-book/handling-overload/',
      },
      {
        title: 'M. Brooker, Fixing retries with token buckets and circuit breakers (2022)',
        url: 'https://brooker.co.za/blog/2022/02/28/retries.html',
      },
      {
        title: 'Huang et al., Metastable Failures in the Wild (OSDI 2022)',
        url: 'https://www.usenix.org/conference/osdi22/presentation/huang-lexiang',
      },
    ],
    bad: [
      {
        name: 'the budget is switched off',
        text: '{\n  "budget": null\n}\n',
        findings: [
          {
            message: 'No budget limits retries: when every call fails, the server gets 3 times the load. Set a budget.',
            at: '2:3',
            marks: '"budget"',
          },
        ],
        fixed: '{\n  "budget": {"kind": "token-bucket"}\n}\n',
      },
      {
        name: 'in a route only',
        text: '{\n  "routes": [\n    {"match": {"path": "/v1/search"}, "maxAttempts": 4, "budget": null}\n  ]\n}\n',
        findings: [
          {
            message: 'No budget limits retries: when every call fails, the server gets 4 times the load. Set a budget.',
            at: '3:57',
            marks: '"budget"',
          },
        ],
        fixed:
          '{\n  "routes": [\n    {"match": {"path": "/v1/search"}, "maxAttempts": 4, "budget": {"kind": "token-bucket"}}\n  ]\n}\n',
      },
    ],
    good: [
      {name: 'the default', text: '{\n  "maxAttempts": 3\n}\n'},
      {name: 'a share of the calls', text: '{\n  "budget": {"kind": "ratio", "ratio": 0.1}\n}\n'},
      {name: 'one attempt', text: '{\n  "maxAttempts": 1,\n  "budget": null\n}\n'},
    ],
  }),

  needs: ['budget'],
  fields: ['budget'],
  reads: ['maxAttempts', 'objective'],

  *check(scope): Iterable<Draft> {
    const retries = retriesOf(scope.policy);
    if (scope.policy.budget !== null || !mayRetry(scope) || isRare(scope)) return;
    const load = Number.isFinite(retries) ? `${formatNumber(retries + 1)} times the load` : 'unlimited load';
    yield {
      at: 'budget',
      message: `No budget limits retries: when every call fails, the server gets ${load}. Set a budget.`,
      fix: {title: 'Use the default budget', changes: [{do: 'set', path: 'budget', value: {kind: 'token-bucket'}}]},
    };
  },
});
