import {isCodeName} from '../../src/decide/grpc-codes.ts';
import {mayRetry, retriesOf} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {suggestedTimeoutMs} from '../analysis/suggested-values.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const missingAttemptTimeout: Rule = defineRule({
  code: 'RL301',
  name: 'use-attempt-timeout',
  category: 'latency',
  severity: 'error',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Set an attempt timeout, so that a retry has time',
  documentation: () => ({
    why: `
An attempt that hangs, because a packet was lost or a server stopped, never fails by itself. Without an attempt timeout it takes all the
time of the call, and the retries are never sent. Node's fetch waits five minutes for headers.

Set the timeout a little above the slowest response that is worth waiting for, for example the 99.9th percentile of the attempts.
`,
    sources: [
      {
        title: 'M. Brooker, Timeouts, retries, and backoff with jitter (Amazon Builders’ Library)',
        url: 'https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/',
      },
      {
        title: 'Envoy, per_try_timeout',
        url: 'https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-retrypolicy',
      },
    ],
    bad: [
      {
        name: 'only a deadline',
        text: '{\n  "attemptTimeoutMs": null,\n  "deadlineMs": 10000\n}\n',
        findings: [
          {
            message:
              'Attempts have no timeout: one that hangs takes the whole deadline of 10000 ms, and the 2 retries are never sent. Set attemptTimeoutMs.',
            at: '2:3',
            marks: '"attemptTimeoutMs"',
          },
        ],
        fixed: '{\n  "attemptTimeoutMs": 2300,\n  "deadlineMs": 10000\n}\n',
      },
      {
        name: 'a deadline with room for one attempt',
        text: '{\n  "attemptTimeoutMs": null,\n  "deadlineMs": 100\n}\n',
        findings: [
          {
            message:
              'Attempts have no timeout: one that hangs takes the whole deadline of 100 ms, and the 2 retries are never sent. Set maxAttempts to 1.',
            at: '2:3',
            marks: '"attemptTimeoutMs"',
          },
        ],
      },
      {
        name: 'neither',
        text: '{\n  "attemptTimeoutMs": null,\n  "deadlineMs": null\n}\n',
        findings: [
          {
            message:
              'Attempts have no timeout: one that hangs never ends, and the 2 retries are never sent. Set attemptTimeoutMs.',
            at: '2:3',
            marks: '"attemptTimeoutMs"',
          },
        ],
        fixed: '{\n  "attemptTimeoutMs": 8000,\n  "deadlineMs": null\n}\n',
      },
    ],
    good: [
      {name: 'a timeout for each attempt', text: '{\n  "attemptTimeoutMs": 2000,\n  "deadlineMs": 10000\n}\n'},
      {
        name: 'gRPC retries by codes, within a deadline',
        text: '{\n  "attemptTimeoutMs": null,\n  "retryOn": ["UNAVAILABLE"]\n}\n',
      },
      {name: 'one attempt has the whole deadline', text: '{\n  "maxAttempts": 1,\n  "attemptTimeoutMs": null\n}\n'},
    ],
  }),

  needs: ['attemptTimeoutMs'],
  fields: ['attemptTimeoutMs'],
  reads: ['backoff', 'deadlineMs', 'maxAttempts', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {attemptTimeoutMs, deadlineMs, retryOn} = scope.policy;
    if (attemptTimeoutMs !== null || !mayRetry(scope)) return;
    // gRPC does not retry timeouts: the deadline is the time limit.
    if (deadlineMs !== null && retryOn.every(isCodeName)) return;
    const retries = retriesOf(scope.policy);
    const lost =
      retries === 1 ? 'the retry is' : Number.isFinite(retries) ? `the ${retries} retries are` : 'the retries are';
    const takes =
      deadlineMs === null ? 'never ends' : `takes the whole deadline of ${scope.dialect.words.ms(deadlineMs)}`;
    const value = suggestedTimeoutMs(scope.policy);
    const {words} = scope.dialect;
    const advice =
      value === undefined ? setting(scope, 'maxAttempts', 1).title : `Set ${words.key('attemptTimeoutMs')}`;
    yield {
      at: 'attemptTimeoutMs',
      message: `Attempts have no timeout: one that hangs ${takes}, and ${lost} never sent. ${advice}.`,
      ...(scope.dialect.capabilities.kind === 'workflow' ? {severity: 'warning'} : {}),
      // If the deadline has no time for a second attempt, suggest a single one.
      ...(value === undefined
        ? {suggestions: [setting(scope, 'maxAttempts', 1)]}
        : {fix: setting(scope, 'attemptTimeoutMs', value)}),
    };
  },
});
