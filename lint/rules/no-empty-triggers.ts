import {defaultTriggers, mayRetry, retriesOf} from '../analysis/retryability.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const emptyTriggers: Rule = defineRule({
  code: 'RL408',
  name: 'no-empty-triggers',
  category: 'correctness',
  severity: 'warning',
  confidence: 'high',
  summary: 'List what to retry, or set maxAttempts to 1',
  documentation: () => ({
    why: `
A policy with several attempts and an empty \`retryOn\` retries nothing. If that is intended, write \`"maxAttempts": 1\`. If not, every
failure reaches the caller although the policy allows three attempts. Twelve retry policies in Google's public gRPC configurations
have an empty list.
`,
    sources: [
      {
        title: 'gRFC A6, Client Retries: retryableStatusCodes must not be empty',
        url: 'https://github.com/grpc/proposal/blob/master/A6-client-retries.md#validation-of-retrypolicy',
      },
    ],
    bad: [
      {
        name: 'three attempts for nothing',
        text: '{\n  "maxAttempts": 3,\n  "retryOn": []\n}\n',
        findings: [
          {
            message:
              'retryOn is empty, so nothing is retried although 3 attempts are allowed. List triggers, or set maxAttempts to 1.',
            at: '3:3',
            marks: '"retryOn"',
          },
        ],
      },
      {
        name: 'a route with an empty list',
        text: '{\n  "routes": [\n    {"match": {"path": "/v1/orders"}, "retryOn": []}\n  ]\n}\n',
        findings: [
          {
            message:
              'retryOn is empty, so nothing is retried although 3 attempts are allowed. List triggers, or set maxAttempts to 1.',
            at: '3:39',
            marks: '"retryOn"',
          },
        ],
      },
    ],
    good: [
      {name: 'a list', text: '{\n  "retryOn": [503, "timeout"]\n}\n'},
      {name: 'one attempt', text: '{\n  "maxAttempts": 1,\n  "retryOn": []\n}\n'},
    ],
  }),

  needs: ['retryOn'],
  fields: ['retryOn'],
  reads: ['hedge', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {retryOn, hedge} = scope.policy;
    // A hedge needs no trigger.
    if (retryOn.length > 0 || hedge !== null || !mayRetry(scope)) return;
    const {words} = scope.dialect;
    const attempts = retriesOf(scope.policy) + 1;
    const count = Number.isFinite(attempts) ? `${attempts} attempts are` : 'unlimited attempts are';
    yield {
      at: 'retryOn',
      message: `${words.name('retryOn')} is empty, so nothing is retried although ${count} allowed. List triggers, or set ${words.key('maxAttempts')} to ${words.value('maxAttempts', 1)}.`,
      related: [{at: 'maxAttempts', message: 'The number of attempts is set here.'}],
      suggestions: [
        {title: 'Use the default retryOn', changes: [defaultTriggers(scope)]},
        {
          title: `Set ${words.key('maxAttempts')} to ${words.value('maxAttempts', 1)}`,
          changes: [defaultTriggers(scope), {do: 'set', path: 'maxAttempts', value: 1, inScope: true}],
        },
      ],
    };
  },
});
