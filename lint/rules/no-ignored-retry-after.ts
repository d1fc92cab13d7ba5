import {longestMs} from '../../src/math/schedule.ts';
import {mayRetry, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const ignoredHints: Rule = defineRule({
  code: 'RL210',
  name: 'no-ignored-retry-after',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Honor Retry-After',
  documentation: () => ({
    why: `
A server that sends \`Retry-After\` knows when it can accept requests again. An earlier retry is refused, counts against the rate limit,
and on some services extends the block. A client that ignores the header uses up its attempts before that time.

A \`Retry-After\` above \`retryAfter.maxMs\` ends the call at once. The header counts in seconds, so with a maximum below 1000 ms every
value except 0 ends the call. Silent where the deadline is not above 1000 ms, because no such wait fits into it.
`,
    sources: [
      {title: 'RFC 9110, 10.2.3 Retry-After', url: 'https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3'},
      {title: 'RFC 6585, 4. 429 Too Many Requests', url: 'https://www.rfc-editor.org/rfc/rfc6585#section-4'},
    ],
    bad: [
      {
        name: 'Retry-After is ignored',
        text: '{\n  "retryAfter": {"honor": false}\n}\n',
        findings: [
          {
            message:
              'Retry-After is ignored: calls are retried before the server accepts them, and are refused again. Set honor to true.',
            at: '2:18',
            marks: '"honor"',
          },
        ],
        fixed: '{\n  "retryAfter": {"honor": true}\n}\n',
      },
      {
        name: 'a maximum below one second',
        text: '{\n  "retryAfter": {"maxMs": 500}\n}\n',
        findings: [
          {
            message:
              'A Retry-After above 500 ms ends the call. The header counts in seconds, so every value except 0 is too long. Set maxMs to at least 1000.',
            at: '2:18',
            marks: '"maxMs"',
          },
        ],
        fixed: '{\n  "retryAfter": {"maxMs": 60000}\n}\n',
      },
    ],
    good: [
      {name: 'up to ten seconds', text: '{\n  "retryAfter": {"maxMs": 10000}\n}\n'},
      {
        name: 'no response with Retry-After is retried',
        text: '{\n  "retryOn": ["network", "timeout"],\n  "retryAfter": {"honor": false}\n}\n',
      },
    ],
  }),

  needs: ['retryAfter'],
  fields: [],
  reads: ['backoff', 'deadlineMs', 'maxAttempts', 'retryAfter', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {backoff, retryAfter, deadlineMs} = scope.policy;
    if (!mayRetry(scope) || !retriesThrottled(scope.policy)) return;
    if (!retryAfter.honor && longestMs(backoff, 1, true) < PAUSE) {
      yield {
        at: 'retryAfter.honor',
        message:
          'Retry-After is ignored: calls are retried before the server accepts them, and are refused again. Set honor to true.',
        fix: setting(scope, 'retryAfter.honor', true),
      };
    }
    // Within a shorter deadline no call waits a second and has time for another attempt, whatever the maximum.
    const mayWait = deadlineMs === null || deadlineMs > 2 * SECOND;
    if (retryAfter.honor && retryAfter.maxMs < SECOND && mayWait) {
      yield {
        at: 'retryAfter.maxMs',
        message: `A Retry-After above ${scope.dialect.words.ms(retryAfter.maxMs)} ends the call. The header counts in seconds, so every value except 0 is too long. Set maxMs to at least ${SECOND}.`,
        fix: setting(scope, 'retryAfter.maxMs', 60_000),
      };
    }
  },
});

const SECOND = 1000;
/** As long as most servers ask for. */
const PAUSE = 10_000;
