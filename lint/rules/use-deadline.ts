import {formatNumber} from '../analysis/format.ts';
import {mayRetry, retriesOf, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {neededMs} from '../analysis/suggested-values.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const missingDeadline: Rule = defineRule({
  code: 'RL302',
  name: 'use-deadline',
  category: 'latency',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Set a deadline for the whole call',
  documentation: () => ({
    why: `
The caller waits for every attempt, every wait and every \`Retry-After\`. Without a deadline, the sum is longer than intended. A caller with
its own limit gives up earlier, and the remaining work is wasted.

A single attempt without any limit hangs as long as its connection does.

With a deadline, the client also skips waits for attempts that could no longer finish.
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
              'The call has no deadline: 3 attempts of 8000 ms and their waits take up to 27000 ms, and each Retry-After adds up to 60000 ms. Set deadlineMs.',
            at: '2:3',
            marks: '"deadlineMs"',
          },
        ],
        fixed: '{\n  "deadlineMs": 30000\n}\n',
      },
      {
        name: 'no deadline, and Retry-After is ignored',
        text: '{\n  "deadlineMs": null,\n  "retryAfter": {"honor": false}\n}\n',
        findings: [
          {
            message:
              'The call has no deadline: 3 attempts of 8000 ms and their waits take up to 27000 ms. Set deadlineMs.',
            at: '2:3',
            marks: '"deadlineMs"',
          },
        ],
        fixed: '{\n  "deadlineMs": 30000,\n  "retryAfter": {"honor": false}\n}\n',
      },
      {
        name: 'one attempt without a limit',
        text: '{\n  "maxAttempts": 1,\n  "attemptTimeoutMs": null,\n  "deadlineMs": null\n}\n',
        findings: [
          {
            message: 'The call has neither a deadline nor an attempt timeout. Set deadlineMs.',
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
        name: 'one attempt with a timeout',
        text: '{\n  "maxAttempts": 1,\n  "deadlineMs": null\n}\n',
      },
      {name: 'limits are left to the caller', text: '{\n  "maxAttempts": null,\n  "deadlineMs": null\n}\n'},
    ],
  }),

  needs: ['deadlineMs'],
  fields: ['deadlineMs', 'attemptTimeoutMs'],
  reads: ['backoff', 'idleTimeoutMs', 'maxAttempts', 'retryAfter', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    const {maxAttempts, attemptTimeoutMs, deadlineMs} = policy;
    if (deadlineMs !== null || maxAttempts === 'unlimited') return;
    // A single attempt needs a deadline or a timeout. If maxAttempts is null, the caller sets the limits.
    if (!mayRetry(scope) && (maxAttempts === null || attemptTimeoutMs !== null)) return;
    const worst = neededMs(policy);
    // A stream that may be open and silent for days; its attempts have a timeout until it opens.
    if (
      attemptTimeoutMs !== null &&
      (['deadlineMs', 'idleTimeoutMs'] as const).every(path => isSwitchedOff(scope, path))
    )
      return;
    // Above one hour, suggest the default instead of the sum.
    const value = worst <= HOUR_MS ? Math.max(30_000, Math.ceil(worst / 1000) * 1000) : 30_000;
    yield {
      at: 'deadlineMs',
      message:
        attemptTimeoutMs === null
          ? ENDLESS
          : `The call has no deadline: ${formatAttempts(scope)}. Set ${scope.dialect.words.key('deadlineMs')}.`,
      fix: setting(scope, 'deadlineMs', value),
    };
  },
});

const isSwitchedOff = (scope: Scope, path: 'deadlineMs' | 'idleTimeoutMs'): boolean =>
  scope.policy[path] === null && isSetHere(scope, path);

const HOUR_MS = 3_600_000;
const ENDLESS = 'The call has neither a deadline nor an attempt timeout. Set deadlineMs.';

function formatAttempts({policy, dialect: {words}}: Scope): string {
  const {attemptTimeoutMs, retryAfter} = policy;
  const retries = retriesOf(policy);
  const sum = `${formatNumber(retries + 1)} attempts of ${words.ms(attemptTimeoutMs ?? 0)} and their waits take up to ${words.ms(neededMs(policy))}`;
  if (!retryAfter.honor || !retriesThrottled(policy)) return sum;
  return `${sum}, and each Retry-After adds up to ${words.ms(retryAfter.maxMs)}`;
}
