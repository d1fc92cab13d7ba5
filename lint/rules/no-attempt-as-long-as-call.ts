import {formatCount} from '../analysis/format.ts';
import {isPredictable} from '../analysis/prediction.ts';
import {mayRetry, retriesOf} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {fittingTimeoutMs} from '../analysis/suggested-values.ts';
import {mostSpecific} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const attemptAsLongAsCall: Rule = defineRule({
  code: 'RL304',
  name: 'no-attempt-as-long-as-call',
  category: 'latency',
  severity: 'warning',
  confidence: 'high',
  summary: 'Keep the attempt timeout well below the deadline',
  why: `
An attempt that may take the whole deadline leaves nothing for a resend. The timeout of the attempt then never ends anything: the
deadline does, and it ends the call. Resends are left for failures that come quickly.

Where \`objective.assume\` says how long attempts take, RL309 predicts what happens instead, and this rule is silent.
`,
  sources: [
    {
      title: 'Microsoft, Build resilient HTTP apps: the attempt timeout has to be below the total one',
      url: 'https://learn.microsoft.com/en-us/dotnet/core/resilience/http-resilience#standard-resilience-handler-defaults',
    },
    {
      title: 'Envoy, x-envoy-upstream-rq-per-try-timeout-ms',
      url: 'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-upstream-rq-per-try-timeout-ms',
    },
  ],
  bad: [
    {
      name: 'a deadline below the default timeout',
      text: '{\n  "deadlineMs": 5000\n}\n',
      findings: [
        {
          message:
            'The first attempt may take 8000 ms, and the call has 5000 ms: an attempt that hangs leaves nothing for 2 resends.',
          at: '2:3',
          marks: '"deadlineMs"',
        },
      ],
    },
    {
      name: 'the same for both',
      text: '{\n  "attemptTimeoutMs": 10000,\n  "deadlineMs": 10000\n}\n',
      findings: [
        {
          message:
            'The first attempt may take 10000 ms, and the call has 10000 ms: an attempt that hangs leaves nothing for 2 resends.',
          at: '2:3',
          marks: '"attemptTimeoutMs"',
        },
      ],
    },
  ],
  good: [
    {name: 'three attempts fit', text: '{\n  "attemptTimeoutMs": 2000,\n  "deadlineMs": 10000\n}\n'},
    {name: 'one attempt may take it all', text: '{\n  "maxAttempts": 1,\n  "deadlineMs": 5000\n}\n'},
  ],

  judges: ['attemptTimeoutMs', 'deadlineMs'],
  reads: ['maxAttempts', 'backoff', 'retryOn', 'hedge', 'objective'],

  *check(scope): Iterable<Draft> {
    const {attemptTimeoutMs, deadlineMs} = scope.policy;
    const {words} = scope.dialect;
    if (attemptTimeoutMs === null || deadlineMs === null || attemptTimeoutMs < deadlineMs) return;
    if (!mayRetry(scope) || isPredictable(scope)) return;
    const resends = retriesOf(scope.policy);
    const lost = Number.isFinite(resends) ? formatCount(resends, 'resend') : 'resends';
    const at = mostSpecific(scope, 'attemptTimeoutMs', 'deadlineMs');
    const value = fittingTimeoutMs(scope.policy);
    yield {
      at,
      message: `The first attempt may take ${words.ms(attemptTimeoutMs)}, and the call has ${words.ms(deadlineMs)}: an attempt that hangs leaves nothing for ${lost}.`,
      related: [
        at === 'deadlineMs'
          ? {at: 'attemptTimeoutMs', message: 'The attempt timeout is set here.'}
          : {at: 'deadlineMs', message: 'The deadline is set here.'},
      ],
      suggestions: value !== undefined && value < deadlineMs ? [setting(scope, 'attemptTimeoutMs', value)] : [],
    };
  },
});
