import {longestMs} from '../../src/math/schedule.ts';
import {mayRetry, retriesOf, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const unreachableCap: Rule = defineRule({
  code: 'RL306',
  name: 'no-unreachable-cap',
  category: 'hygiene',
  severity: 'info',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Set a cap that the waits can reach',
  documentation: () => ({
    why: `
Readers take the cap for the longest wait. If no wait reaches it, the number of attempts decides the longest wait, and a change to that
number changes it unnoticed. In Google's public gRPC configurations, the cap is not below the deadline in 182 of 576 retry policies, so it
has no effect.
`,
    sources: [
      {
        title: 'gRFC A6, Client Retries: maxBackoff',
        url: 'https://github.com/grpc/proposal/blob/master/A6-client-retries.md#exponential-backoff',
      },
    ],
    bad: [
      {
        name: 'a cap that two retries never reach',
        text: '{\n  "backoff": {"baseMs": 200, "capMs": 10000}\n}\n',
        findings: [
          {
            message: 'No wait reaches the cap of 10000 ms: the longest, before retry 2, is 2000 ms.',
            at: '2:30',
            marks: '"capMs"',
          },
        ],
        fixed: '{\n  "backoff": {"baseMs": 200, "capMs": 2000}\n}\n',
      },
      {
        name: 'a cap above the deadline',
        text: '{\n  "maxAttempts": 12,\n  "deadlineMs": 15000,\n  "backoff": {"baseMs": 200, "capMs": 20000}\n}\n',
        findings: [
          {message: 'No wait reaches the cap of 20000 ms: the deadline is 15000 ms.', at: '4:30', marks: '"capMs"'},
        ],
      },
    ],
    good: [
      {
        name: 'the second wait reaches the cap',
        text: '{\n  "backoff": {"baseMs": 250, "factor": 4, "capMs": 1000}\n}\n',
      },
      {name: 'the default cap', text: '{\n  "backoff": {"baseMs": 200}\n}\n'},
    ],
  }),

  needs: ['backoff'],
  fields: ['backoff.baseMs', 'maxAttempts', 'deadlineMs'],
  reads: ['backoff', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {backoff, deadlineMs} = scope.policy;
    if (!('capMs' in backoff) || !mayRetry(scope) || !isSetHere(scope, 'backoff.capMs')) return;
    const {capMs, baseMs} = backoff;
    const reachedMs = longestWaitMs(scope);
    const isPastDeadline = deadlineMs !== null && capMs >= deadlineMs && baseMs < deadlineMs;
    // Unlimited retries reach every cap.
    const isReached = reachedMs >= capMs || scope.policy.maxAttempts === 'unlimited';
    if (!isPastDeadline && isReached) return;
    const {words} = scope.dialect;
    const why = isPastDeadline
      ? `the deadline is ${words.ms(deadlineMs)}`
      : `the longest, before retry ${retriesOf(scope.policy)}, is ${words.ms(reachedMs)}`;
    const value = Math.ceil(reachedMs);
    const keepsWaits = !isReached && value > 0 && value < Math.min(capMs, deadlineMs ?? Number.POSITIVE_INFINITY);
    const message = `No wait reaches the cap of ${words.ms(capMs)}: ${why}.`;
    yield {at: 'backoff.capMs', message, ...(keepsWaits ? {fix: setting(scope, 'backoff.capMs', value)} : {})};
  },
});

/** The longest wait of any retry, throttled waits included. */
function longestWaitMs({policy}: Scope): number {
  const retries = Math.min(retriesOf(policy), 5000);
  const waits = [longestMs(policy.backoff, retries, false)];
  if (retriesThrottled(policy)) waits.push(longestMs(policy.backoff, retries, true));
  return Math.max(...waits);
}
