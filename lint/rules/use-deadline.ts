import {formatNumber} from '../analysis/format.ts';
import {mayRetry, retriesOf, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {neededMs} from '../analysis/suggested-values.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const missingDeadline: Rule = defineRule({
  code: 'RL302',
  name: 'use-deadline',
  category: 'latency',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Bound the whole call',
  why: `
Whoever made the call waits for all of it: every attempt, every wait, and every hint of the server's. Without a deadline those add
up to something nobody decided. A caller with a limit of its own leaves long before, and the rest is work for no one.

A single attempt without any limit hangs as long as its connection does.

A deadline also makes the client honest: it does not wait towards an attempt that could no longer finish.
`,
  sources: [
    {
      title: 'Google SRE Book, Addressing Cascading Failures: latency and deadlines',
      url: 'https://sre.google/sre-book/addressing-cascading-failures/',
    },
    {title: 'gRPC and Deadlines', url: 'https://grpc.io/blog/deadlines/'},
  ],
  bad: [
    {
      name: 'the deadline is switched off',
      text: '{\n  "deadlineMs": null\n}\n',
      findings: [
        {
          message:
            'No deadline bounds the call: 3 attempts of 8000 ms and their waits take up to 27000 ms, and each hint of the server’s up to 60000 ms more.',
          at: '2:3',
          marks: '"deadlineMs"',
        },
      ],
      fixed: '{\n  "deadlineMs": 30000\n}\n',
    },
    {
      name: 'hints are ignored as well',
      text: '{\n  "deadlineMs": null,\n  "retryAfter": {"honor": false}\n}\n',
      findings: [
        {
          message: 'No deadline bounds the call: 3 attempts of 8000 ms and their waits take up to 27000 ms.',
          at: '2:3',
          marks: '"deadlineMs"',
        },
      ],
      fixed: '{\n  "deadlineMs": 30000,\n  "retryAfter": {"honor": false}\n}\n',
    },
    {
      name: 'one attempt, and nothing bounds it',
      text: '{\n  "maxAttempts": 1,\n  "attemptTimeoutMs": null,\n  "deadlineMs": null\n}\n',
      findings: [
        {
          message: 'Nothing bounds the call: there is neither a deadline nor a timeout for an attempt.',
          at: '4:3',
          marks: '"deadlineMs"',
        },
      ],
      fixed: '{\n  "maxAttempts": 1,\n  "attemptTimeoutMs": null,\n  "deadlineMs": 30000\n}\n',
    },
  ],
  good: [
    {name: 'thirty seconds', text: '{\n  "deadlineMs": 30000\n}\n'},
    {
      name: 'one attempt has its timeout',
      text: '{\n  "maxAttempts": 1,\n  "deadlineMs": null\n}\n',
    },
    {name: 'the loop of the caller has the limits', text: '{\n  "maxAttempts": null,\n  "deadlineMs": null\n}\n'},
  ],

  fields: ['deadlineMs', 'attemptTimeoutMs'],
  reads: ['backoff', 'maxAttempts', 'retryAfter', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    const {maxAttempts, attemptTimeoutMs, deadlineMs} = policy;
    if (deadlineMs !== null || maxAttempts === 'unlimited') return;
    // A single attempt needs one of the two. Where maxAttempts is null, the caller's own loop has the limits.
    if (!mayRetry(scope) && (maxAttempts === null || attemptTimeoutMs !== null)) return;
    const worst = neededMs(policy);
    // Attempts that need more than an hour are not worth a deadline that lets them have it.
    const value = worst <= HOUR_MS ? Math.max(30_000, Math.ceil(worst / 1000) * 1000) : 30_000;
    yield {
      at: 'deadlineMs',
      message: attemptTimeoutMs === null ? ENDLESS : `No deadline bounds the call: ${formatAttempts(scope)}.`,
      fix: setting(scope, 'deadlineMs', value),
    };
  },
});

const HOUR_MS = 3_600_000;
const ENDLESS = 'Nothing bounds the call: there is neither a deadline nor a timeout for an attempt.';

function formatAttempts({policy, dialect: {words}}: Scope): string {
  const {attemptTimeoutMs, retryAfter} = policy;
  const retries = retriesOf(policy);
  const sum = `${formatNumber(retries + 1)} attempts of ${words.ms(attemptTimeoutMs ?? 0)} and their waits take up to ${words.ms(neededMs(policy))}`;
  if (!retryAfter.honor || !retriesThrottled(policy)) return sum;
  return `${sum}, and each hint of the server’s up to ${words.ms(retryAfter.maxMs)} more`;
}
