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
  summary: 'Bound each attempt, so that a retry has time',
  why: `
Retries help where an attempt is known to have failed. One that hangs, because a packet was lost or a server stopped, is never
known to have failed: without a timeout of its own it takes all the time of the call, and the retries that were meant for this very
case are never sent. Node's fetch waits five minutes for headers.

Choose it a little above the slowest answer that is worth waiting for: the 99.9th percentile of the attempts, for instance.
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
            'No attempt is ever given up: one that hangs takes the whole deadline of 10000 ms, and the 2 retries behind it are never sent.',
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
            'No attempt is ever given up: one that hangs takes the whole deadline of 100 ms, and the 2 retries behind it are never sent.',
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
            'No attempt is ever given up: one that hangs never ends, and the 2 retries behind it are never sent.',
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

  fields: ['attemptTimeoutMs'],
  reads: ['backoff', 'deadlineMs', 'maxAttempts', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {attemptTimeoutMs, deadlineMs, retryOn} = scope.policy;
    if (attemptTimeoutMs !== null || !mayRetry(scope)) return;
    // gRPC retries by its codes, not what timed out: the deadline is the time limit.
    if (deadlineMs !== null && retryOn.every(isCodeName)) return;
    const retries = retriesOf(scope.policy);
    const lost =
      retries === 1
        ? 'the retry behind it is'
        : Number.isFinite(retries)
          ? `the ${retries} retries behind it are`
          : 'the retries behind it are';
    const takes =
      deadlineMs === null ? 'never ends' : `takes the whole deadline of ${scope.dialect.words.ms(deadlineMs)}`;
    const value = suggestedTimeoutMs(scope.policy);
    yield {
      at: 'attemptTimeoutMs',
      message: `No attempt is ever given up: one that hangs ${takes}, and ${lost} never sent.`,
      ...(scope.dialect.capabilities.kind === 'workflow' ? {severity: 'warning'} : {}),
      // Where a second attempt would get less than the client sends one for, one is all there is time for.
      ...(value === undefined
        ? {suggestions: [setting(scope, 'maxAttempts', 1)]}
        : {fix: setting(scope, 'attemptTimeoutMs', value)}),
    };
  },
});
