import {isCodeName} from '../../src/decide/grpc-codes.ts';
import {repeatRisks} from '../analysis/repeat-risk.ts';
import {mayRepeat, mayRetry, paysForTimeouts} from '../analysis/retryability.ts';
import {mostSpecific} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const unretriedTimeouts: Rule = defineRule({
  code: 'RL305',
  name: 'no-unretried-timeouts',
  category: 'latency',
  severity: 'info',
  confidence: 'high',
  summary: 'Retry attempts that time out',
  documentation: () => ({
    why: `
An attempt timeout ends a slow attempt early, so that a retry has time. If \`retryOn\` does not list "timeout", the timeout ends the whole
call before its deadline. Of 40 retry routes in public Istio configurations, 25 had a timeout per attempt and no trigger that retries it.

An info, because some services are charged for an attempt that timed out. Silent where no method may be retried after a timeout: a POST without an idempotency key, or a policy whose \`paid\` pays for no retry.
`,
    sources: [
      {
        title: 'Istio, HTTPRetry: retryOn and perTryTimeout',
        url: 'https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry',
      },
      {
        title: 'Envoy, x-envoy-retry-on',
        url: 'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on',
      },
    ],
    bad: [
      {
        name: 'statuses only',
        text: '{\n  "attemptTimeoutMs": 2000,\n  "retryOn": [429, 503]\n}\n',
        findings: [
          {
            message: 'An attempt that takes 2000 ms ends the call, because "timeout" is not in retryOn. Add it.',
            at: '3:3',
            marks: '"retryOn"',
          },
        ],
      },
    ],
    good: [
      {name: 'timeouts are retried', text: '{\n  "attemptTimeoutMs": 2000,\n  "retryOn": [429, 503, "timeout"]\n}\n'},
      {
        name: 'a POST, which is not retried after a timeout',
        text: '{\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/orders"}, "retryOn": [429]}]\n}\n',
      },
      {
        name: 'a declared POST on a path that writes',
        text: '{\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/orders"}, "idempotentMethods": ["POST"], "retryOn": [429]}]\n}\n',
      },
      {name: 'gRPC codes', text: '{\n  "retryOn": ["UNAVAILABLE"]\n}\n'},
    ],
  }),

  needs: ['retryOn'],
  fields: ['attemptTimeoutMs', 'retryOn'],
  reads: ['deadlineMs', 'idempotency', 'idempotentMethods', 'match', 'maxAttempts', 'paid'],

  *check(scope): Iterable<Draft> {
    const {attemptTimeoutMs, deadlineMs, retryOn} = scope.policy;
    if (attemptTimeoutMs === null || retryOn.includes('timeout') || retryOn.every(isCodeName)) return;
    // RL304 reports a timeout as long as the deadline.
    if (deadlineMs !== null && attemptTimeoutMs >= deadlineMs) return;
    // RL101 recommends the opposite for methods whose repetition may do harm.
    if (repeatRisks(scope, 'retryOn').length > 0) return;
    if (!mayRetry(scope) || !mayRepeat(scope) || paysForTimeouts(scope.policy)) return;
    const {words} = scope.dialect;
    yield {
      at: mostSpecific(scope, 'retryOn', 'attemptTimeoutMs'),
      message: `An attempt that takes ${words.ms(attemptTimeoutMs)} ends the call, because ${words.value('retryOn', 'timeout')} is not in ${words.name('retryOn')}. Add it.`,
      related: [{at: 'attemptTimeoutMs', message: 'The attempt timeout is set here.'}],
      suggestions: [{title: 'Retry timeouts', changes: [{do: 'set', path: 'retryOn', value: [...retryOn, 'timeout']}]}],
    };
  },
});
