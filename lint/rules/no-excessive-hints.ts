import {formatLongMs} from '../analysis/format.ts';
import {mayRetry, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const excessiveHints: Rule = defineRule({
  code: 'RL313',
  name: 'no-excessive-hints',
  category: 'latency',
  severity: 'warning',
  confidence: 'high',
  summary: 'Limit Retry-After waits to ten minutes',
  documentation: () => ({
    why: `
A server can send any \`Retry-After\`: a limit that resets tomorrow, a date in the wrong time zone, seconds since 1970 in place of a delay.
\`retryAfter.maxMs\` is the longest wait that the client accepts. Without a deadline, a call waits that long and keeps its memory.

With the scope \`origin\`, the \`Retry-After\` of one response delays all calls to that origin. Without a deadline all of them wait, for
hours. With a deadline they are refused, so one wrong header blocks the origin for this process until the time is over.
`,
    sources: [
      {title: 'RFC 9110, 10.2.3 Retry-After', url: 'https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3'},
      {
        title: 'Envoy, RateLimitedRetryBackOff: a reset above max_interval, 300 s, is ignored',
        url: 'https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-retrypolicy-ratelimitedretrybackoff',
      },
      {
        title: 'draft-ietf-httpapi-ratelimit-headers: clients limit values that are too large',
        url: 'https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/',
      },
    ],
    bad: [
      {
        name: 'two hours, and no deadline',
        text: '{\n  "deadlineMs": null,\n  "retryAfter": {"maxMs": 7200000}\n}\n',
        findings: [
          {
            message:
              'Without a deadline, a Retry-After can delay a call by up to 7200000 ms (2 hours). The limit is 600000 ms: lower retryAfter.maxMs.',
            at: '3:18',
            marks: '"maxMs"',
          },
        ],
      },
      {
        name: 'two hours for every call',
        text: '{\n  "deadlineMs": null,\n  "retryAfter": {"maxMs": 7200000, "scope": "origin"}\n}\n',
        findings: [
          {
            message:
              'Without a deadline, the Retry-After of one response delays every call to its origin by up to 7200000 ms (2 hours). The limit is 600000 ms: lower retryAfter.maxMs.',
            at: '3:18',
            marks: '"maxMs"',
            severity: 'error',
          },
        ],
      },
      {
        name: 'an origin that is blocked for a day',
        text: '{\n  "retryAfter": {"maxMs": 86400000, "scope": "origin"}\n}\n',
        findings: [
          {
            message:
              'The Retry-After of one response blocks its origin for up to 86400000 ms (24 hours): calls with a shorter deadline are refused. The limit is 600000 ms: lower retryAfter.maxMs.',
            at: '2:18',
            marks: '"maxMs"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'two minutes for every call to an origin',
        text: '{\n  "deadlineMs": 600000,\n  "retryAfter": {"maxMs": 120000, "scope": "origin"}\n}\n',
      },
      {
        name: 'an hour that the deadline cuts',
        text: '{\n  "deadlineMs": 60000,\n  "retryAfter": {"maxMs": 3600000}\n}\n',
      },
    ],
  }),

  needs: ['retryAfter'],
  fields: ['retryAfter', 'retryAfter.maxMs', 'retryAfter.scope', 'deadlineMs', 'retryOn'],
  reads: ['maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {retryAfter, deadlineMs} = scope.policy;
    if (!retryAfter.honor || retryAfter.maxMs <= LONG_MS) return;
    if (!mayRetry(scope) || !retriesThrottled(scope.policy)) return;
    const holdsAll = retryAfter.scope === 'origin';
    if (deadlineMs !== null && !holdsAll) return;
    yield {
      at: 'retryAfter.maxMs',
      message: formatHint(scope, holdsAll),
      ...(holdsAll && deadlineMs === null ? {severity: 'error'} : {}),
      related: [
        {
          at: 'deadlineMs',
          message: deadlineMs === null ? 'The deadline is switched off here.' : 'The deadline is set here.',
        },
        {at: 'retryAfter.scope', message: 'The scope of Retry-After is set here.'},
      ],
      suggestions: [setting(scope, 'retryAfter.maxMs', 60_000)],
    };
  },
});

/** Ten minutes: longer than a caller waits, and than any rate limit per minute. */
const LONG_MS = 600_000;

function formatHint({policy, dialect: {words}}: Scope, holdsAll: boolean): string {
  const isEndless = policy.deadlineMs === null;
  const time = formatLongMs(policy.retryAfter.maxMs, words);
  const advice = `The limit is ${words.ms(LONG_MS)}: lower ${words.name('retryAfter.maxMs')}.`;
  if (!holdsAll) return `Without a deadline, a Retry-After can delay a call by up to ${time}. ${advice}`;
  return isEndless
    ? `Without a deadline, the Retry-After of one response delays every call to its origin by up to ${time}. ${advice}`
    : `The Retry-After of one response blocks its origin for up to ${time}: calls with a shorter deadline are refused. ${advice}`;
}
