import {formatCount} from '../analysis/format.ts';
import {isPredictable} from '../analysis/prediction.ts';
import {mayRetry, retriesOf} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {suggestedTimeoutMs} from '../analysis/suggested-values.ts';
import {mostSpecific} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const attemptAsLongAsCall: Rule = defineRule({
  code: 'RL304',
  name: 'no-attempt-as-long-as-call',
  category: 'latency',
  severity: 'warning',
  confidence: 'high',
  summary: 'Keep the attempt timeout well below the deadline',
  documentation: () => ({
    why: `
An attempt that may take the whole deadline leaves no time for a retry. The deadline ends the attempt before its timeout does, and
the call ends with it. Only failures that come quickly are retried.

Where \`objective.assume\` states how long attempts take, RL309 predicts the result, and this rule is silent.
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
              'The first attempt may take 8000 ms, and the call has 5000 ms: if it hangs, no time is left for 2 retries. Lower the attempt timeout.',
            at: '2:3',
            marks: '"deadlineMs"',
          },
        ],
      },
      {
        name: 'timeout and deadline are equal',
        text: '{\n  "attemptTimeoutMs": 10000,\n  "deadlineMs": 10000\n}\n',
        findings: [
          {
            message:
              'The first attempt may take 10000 ms, and the call has 10000 ms: if it hangs, no time is left for 2 retries. Lower the attempt timeout.',
            at: '2:3',
            marks: '"attemptTimeoutMs"',
          },
        ],
      },
    ],
    good: [
      {name: 'three attempts fit', text: '{\n  "attemptTimeoutMs": 2000,\n  "deadlineMs": 10000\n}\n'},
      {name: 'one attempt may take the whole deadline', text: '{\n  "maxAttempts": 1,\n  "deadlineMs": 5000\n}\n'},
    ],
  }),

  needs: ['attemptTimeoutMs', 'deadlineMs'],
  fields: ['attemptTimeoutMs', 'deadlineMs'],
  reads: ['maxAttempts', 'backoff', 'retryOn', 'hedge', 'objective'],

  *check(scope): Iterable<Draft> {
    const {attemptTimeoutMs, deadlineMs} = scope.policy;
    const {words} = scope.dialect;
    if (attemptTimeoutMs === null || deadlineMs === null || attemptTimeoutMs < deadlineMs) return;
    if (!mayRetry(scope) || isPredictable(scope)) return;
    const retries = retriesOf(scope.policy);
    const lost = Number.isFinite(retries) ? formatCount(retries, 'retry', 'retries') : 'retries';
    const at = mostSpecific(scope, 'attemptTimeoutMs', 'deadlineMs');
    const value = suggestedTimeoutMs(scope.policy);
    yield {
      at,
      message: `The first attempt may take ${words.ms(attemptTimeoutMs)}, and the call has ${words.ms(deadlineMs)}: if it hangs, no time is left for ${lost}. Lower the attempt timeout.`,
      related: [
        at === 'deadlineMs'
          ? {at: 'attemptTimeoutMs', message: 'The attempt timeout is set here.'}
          : {at: 'deadlineMs', message: 'The deadline is set here.'},
      ],
      suggestions: value !== undefined && value < deadlineMs ? [setting(scope, 'attemptTimeoutMs', value)] : [],
    };
  },
});
