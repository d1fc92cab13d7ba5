import {defaultTriggers, mayRetry, retriesOf} from '../analysis/retryability.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const emptyTriggers: Rule = defineRule({
  code: 'RL408',
  name: 'no-empty-triggers',
  category: 'correctness',
  severity: 'warning',
  confidence: 'high',
  summary: 'Say what is retried, or that nothing is',
  why: `
A policy with attempts and an empty \`retryOn\` retries nothing: no answer and no failure is transient. If that is meant,
\`"maxAttempts": 1\` says it; if not, every failure reaches the caller although three attempts are written down. Twelve of the retry
policies in Google's public gRPC configurations have such an empty list.
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
            'Nothing is retried, although 3 attempts are allowed: retryOn is empty, so no failure counts as transient.',
          at: '3:3',
          marks: '"retryOn"',
        },
      ],
    },
    {
      name: 'a route that switches retries off the long way',
      text: '{\n  "routes": [\n    {"match": {"path": "/v1/orders"}, "retryOn": []}\n  ]\n}\n',
      findings: [
        {
          message:
            'Nothing is retried, although 3 attempts are allowed: retryOn is empty, so no failure counts as transient.',
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

  judges: ['retryOn'],
  reads: ['hedge', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {retryOn, hedge} = scope.policy;
    // A hedge is a second attempt that no trigger has to allow.
    if (retryOn.length > 0 || hedge !== null || !mayRetry(scope)) return;
    const {words} = scope.dialect;
    const attempts = retriesOf(scope.policy) + 1;
    const count = Number.isFinite(attempts) ? `${attempts} attempts are` : 'unlimited attempts are';
    yield {
      at: 'retryOn',
      message: `Nothing is retried, although ${count} allowed: ${words.name('retryOn')} is empty, so no failure counts as transient.`,
      related: [{at: 'maxAttempts', message: 'The attempts are counted here.'}],
      suggestions: [
        {title: 'Retry what is retried by default', changes: [defaultTriggers(scope)]},
        {
          title: `Say so: set ${words.key('maxAttempts')} to ${words.value('maxAttempts', 1)}`,
          changes: [defaultTriggers(scope), {do: 'set', path: 'maxAttempts', value: 1, inScope: true}],
        },
      ],
    };
  },
});
