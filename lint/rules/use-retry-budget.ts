import {formatNumber} from '../analysis/format.ts';
import {mayRetry, retriesOf} from '../analysis/retryability.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const missingBudget: Rule = defineRule({
  code: 'RL207',
  name: 'use-retry-budget',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Bound what all retries add together',
  why: `
\`maxAttempts\` bounds one call. When every call fails, three attempts each are three times the load, on a server that is already
down; that is how a short disturbance becomes an outage that feeds itself. A budget bounds the retries of all calls together: it
hardly shows while few fail, and all but stops retries when many do.

It is on by default. The default bucket costs less than one success in a hundred while up to a fifth of the attempts fail, and in
an outage leaves the load where it was after a burst of seven retries.
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
          message: 'No budget bounds what all retries add: when every call fails, the server gets 3 times the load.',
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
          message: 'No budget bounds what all retries add: when every call fails, the server gets 4 times the load.',
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

  fields: ['budget'],
  reads: ['maxAttempts'],

  *check(scope): Iterable<Draft> {
    const retries = retriesOf(scope.policy);
    if (scope.policy.budget !== null || !mayRetry(scope)) return;
    const load = Number.isFinite(retries) ? `${formatNumber(retries + 1)} times the load` : 'load without end';
    yield {
      at: 'budget',
      message: `No budget bounds what all retries add: when every call fails, the server gets ${load}.`,
      fix: {title: 'Switch the budget on', changes: [{do: 'set', path: 'budget', value: {kind: 'token-bucket'}}]},
    };
  },
});
