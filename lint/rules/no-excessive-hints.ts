import {formatLongMs} from '../analysis/format.ts';
import {mayRetry, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const excessiveHints: Rule = defineRule({
  code: 'RL313',
  name: 'no-excessive-hints',
  category: 'latency',
  severity: 'warning',
  confidence: 'high',
  summary: 'Wait minutes for a hint of the server, not hours',
  why: `
\`Retry-After\` is whatever a server writes: a limit that resets tomorrow, a date in the wrong time zone, the seconds since 1970 in place
of a delay. \`retryAfter.maxMs\` is the longest that is believed. Without a deadline a call that waits for such a hint holds its memory
and its caller for as long.

With the scope \`origin\` the hint of one call holds all others to that origin. Without a deadline every one of them waits, and they add
up for hours. With a deadline they are refused, so one wrong header closes the origin for this process until the time is over.
`,
  sources: [
    {title: 'RFC 9110, 10.2.3 Retry-After', url: 'https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3'},
    {
      title: 'Envoy, RateLimitedRetryBackOff: a reset above max_interval, 300 s, is ignored',
      url: 'https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-retrypolicy-ratelimitedretrybackoff',
    },
    {
      title: 'draft-ietf-httpapi-ratelimit-headers: clients guard against values that are too large',
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
            'A call may wait for a server’s hint of up to 7200000 ms (2 hours), and no deadline ends it; hints above 600000 ms are seldom meant.',
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
            'The hint of one call holds every call to its origin for up to 7200000 ms (2 hours), and no deadline ends them: all of them wait.',
          at: '3:18',
          marks: '"maxMs"',
          severity: 'error',
        },
      ],
    },
    {
      name: 'an origin that is closed for a day',
      text: '{\n  "retryAfter": {"maxMs": 86400000, "scope": "origin"}\n}\n',
      findings: [
        {
          message:
            'The hint of one call closes its origin for up to 86400000 ms (24 hours): every call that cannot wait as long is refused.',
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

  judges: ['retryAfter', 'retryAfter.maxMs', 'retryAfter.scope', 'deadlineMs', 'retryOn'],
  reads: ['maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {retryAfter, deadlineMs} = scope.policy;
    if (!retryAfter.honor || retryAfter.maxMs <= LONG_MS) return;
    if (!mayRetry(scope) || !retriesThrottled(scope.policy)) return;
    const holdsAll = retryAfter.scope === 'origin';
    if (deadlineMs !== null && !holdsAll) return;
    yield {
      at: 'retryAfter.maxMs',
      message: sayHint(retryAfter.maxMs, holdsAll, deadlineMs === null),
      ...(holdsAll && deadlineMs === null ? {severity: 'error'} : {}),
      related: [
        {
          at: 'deadlineMs',
          message: deadlineMs === null ? 'The deadline is switched off here.' : 'The deadline is set here.',
        },
        {at: 'retryAfter.scope', message: 'The scope of a hint is set here.'},
      ],
      suggestions: [setting(scope, 'retryAfter.maxMs', 60_000)],
    };
  },
});

/** Longer than any call is waited for; limits by the minute have reset ten times. */
const LONG_MS = 600_000;

function sayHint(maxMs: number, holdsAll: boolean, isEndless: boolean): string {
  const time = formatLongMs(maxMs);
  if (!holdsAll)
    return `A call may wait for a server’s hint of up to ${time}, and no deadline ends it; hints above ${LONG_MS} ms are seldom meant.`;
  return isEndless
    ? `The hint of one call holds every call to its origin for up to ${time}, and no deadline ends them: all of them wait.`
    : `The hint of one call closes its origin for up to ${time}: every call that cannot wait as long is refused.`;
}
