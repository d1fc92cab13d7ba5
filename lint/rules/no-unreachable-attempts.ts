import {LEAST_ATTEMPT_MS} from '../../src/core/limits.ts';
import {timelineOf, undisturbedMs} from '../../src/math/timeline.ts';
import {formatList} from '../analysis/format.ts';
import {isPredictable} from '../analysis/prediction.ts';
import {mayRetry, retriesOf, retriesTimeouts} from '../analysis/retryability.ts';
import {neededMs, suggestionsToFit} from '../analysis/suggested-values.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const unreachableAttempts: Rule = defineRule({
  code: 'RL303',
  name: 'no-unreachable-attempts',
  category: 'latency',
  severity: 'warning',
  confidence: 'high',
  summary: 'Fit all attempts into the deadline',
  documentation: () => ({
    why: `
If the deadline is too short, the last attempts are never sent. The policy says "three attempts", but when the server hangs, only one or two
are made. The mistake is common: the standard handler of a large framework allows four attempts of 10 s and 14 s of waits in 30 s.

The sum is attempts · timeout + the longest waits, without \`Retry-After\`. Where only the waits after throttled responses are too long for the
deadline, this is an info: other failures leave time for every attempt, and a throttled call that fails early spares the server.
Where \`objective.assume\` states how long attempts take, RL309 predicts the result, and this rule is silent.
`,
    sources: [
      {
        title: 'Microsoft, Build resilient HTTP apps: the standard pipeline and its defaults',
        url: 'https://learn.microsoft.com/en-us/dotnet/core/resilience/http-resilience#standard-resilience-handler-defaults',
      },
      {
        title: 'Istio, HTTPRetry: perTryTimeout and the timeout of the route',
        url: 'https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry',
      },
    ],
    bad: [
      {
        name: 'a short deadline with the default attempts',
        text: '{\n  "deadlineMs": 10000\n}\n',
        findings: [
          {
            message:
              '3 attempts of 8000 ms and their waits need 24300 ms, or 27000 ms if every response is throttled. The deadline is 10000 ms: attempt 2 is cut off after 1900 ms and attempt 3 is never sent.',
            at: '2:3',
            marks: '"deadlineMs"',
          },
        ],
      },
      {
        name: 'a deadline that is too short for throttled responses only',
        text: '{\n  "routes": [\n    {"match": {"path": "/v1/search"}, "maxAttempts": 4, "attemptTimeoutMs": 1000, "deadlineMs": 5000}\n  ]\n}\n',
        findings: [
          {
            message:
              'If every response is throttled, 4 attempts of 1000 ms and their waits need 11000 ms. The deadline is 5000 ms: attempts 3 and 4 are never sent.',
            at: '3:83',
            marks: '"deadlineMs"',
            severity: 'info',
          },
        ],
      },
    ],
    good: [
      {name: 'all attempts fit', text: '{\n  "attemptTimeoutMs": 2000,\n  "deadlineMs": 10000\n}\n'},
      {
        name: 'timeouts are not retried; see RL305',
        text: '{\n  "deadlineMs": 10000,\n  "retryOn": [429, 503]\n}\n',
      },
      {
        name: 'the latency of attempts is assumed; see RL309',
        text: '{\n  "deadlineMs": 10000,\n  "objective": {"latencyMs": {"p95": 900}, "assume": {"latencyMs": {"p50": 100, "p95": 300}}}\n}\n',
      },
    ],
  }),

  fields: ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts', 'backoff'],
  reads: ['hedge', 'idempotency', 'idempotentMethods', 'match', 'objective', 'paid', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    const {deadlineMs, attemptTimeoutMs} = policy;
    if (deadlineMs === null || attemptTimeoutMs === null || attemptTimeoutMs >= deadlineMs) return;
    if (!mayRetry(scope) || !retriesTimeouts(scope) || isPredictable(scope)) return;
    const fields = ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts', 'backoff'];
    const needMs = undisturbedMs(policy, retriesOf(policy) + 1, false);
    const throttledMs = neededMs(policy);
    const longestMs = Math.max(needMs, throttledMs);
    if (!Number.isFinite(longestMs)) return;
    const isTooLate = needMs <= deadlineMs && formatCuts(scope, false) !== '';
    if (longestMs <= deadlineMs && !isTooLate) return;
    const at = mostSpecific(scope, ...fields);
    yield {
      at,
      message: isTooLate
        ? formatTooLate(scope, needMs, deadlineMs)
        : formatNeed(scope, needMs, throttledMs, deadlineMs),
      // Only throttled calls run out of time, and failing early then spares the server.
      ...(needMs <= deadlineMs && !isTooLate ? {severity: 'info'} : {}),
      related: fields
        .slice(0, 3)
        .filter(path => path !== at)
        .map(path => ({at: path, message: RELATED[path]!})),
      suggestions: suggestionsToFit(scope),
    };
  },
});

const RELATED: Readonly<Record<string, string>> = {
  deadlineMs: 'The deadline is set here.',
  attemptTimeoutMs: 'The attempt timeout is set here.',
  maxAttempts: 'The number of attempts is set here.',
};

function formatNeed(scope: Scope, needMs: number, throttledMs: number, deadlineMs: number): string {
  const {policy, dialect} = scope;
  const {words} = dialect;
  const isThrottled = needMs <= deadlineMs;
  const count = `${retriesOf(policy) + 1} attempts of ${words.ms(policy.attemptTimeoutMs ?? 0)} and their waits need`;
  const need = isThrottled
    ? `If every response is throttled, ${count} ${words.ms(throttledMs)}`
    : `${count} ${words.ms(needMs)}${throttledMs > needMs ? `, or ${words.ms(throttledMs)} if every response is throttled` : ''}`;
  return `${need}. The deadline is ${words.ms(deadlineMs)}: ${formatCuts(scope, isThrottled)}.`;
}

/** The attempts would fit, but a retry is not sent in the last moments before the deadline. */
function formatTooLate(scope: Scope, needMs: number, deadlineMs: number): string {
  const {policy, dialect} = scope;
  const {words} = dialect;
  return `${retriesOf(policy) + 1} attempts of ${words.ms(policy.attemptTimeoutMs ?? 0)} and their waits need ${words.ms(needMs)} of the ${words.ms(deadlineMs)} until the deadline, but no retry is sent with less than ${words.ms(LEAST_ATTEMPT_MS)} left: after timeouts, ${formatCuts(scope, false)}.`;
}

/** The attempts that the deadline cuts, if each takes its whole timeout. */
function formatCuts({policy, dialect: {words}}: Scope, isThrottled: boolean): string {
  const entries = timelineOf(policy, retriesOf(policy) + 1, isThrottled);
  const short = entries.find(({cut}) => cut === 'short');
  const never = entries.filter(({cut}) => cut === 'never').map(({attempt}) => attempt);
  const parts = [];
  if (short !== undefined)
    parts.push(`attempt ${short.attempt} is cut off after ${words.ms(short.endsAtMs - short.startsAtMs)}`);
  if (never.length === 1) parts.push(`attempt ${never[0]} is never sent`);
  if (never.length > 1)
    parts.push(
      `attempts ${never.length < 4 ? formatList(never.map(String)) : `${never[0]} to ${never.at(-1)}`} are never sent`,
    );
  return formatList(parts);
}
