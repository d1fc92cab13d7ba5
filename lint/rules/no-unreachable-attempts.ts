import {formatList} from '../analysis/format.ts';
import {isPredictable} from '../analysis/prediction.ts';
import {mayRetry, retriesOf, retriesThrottled, retriesTimeouts} from '../analysis/retryability.ts';
import {neededMs, suggestionsToFit} from '../analysis/suggested-values.ts';
import {timelineOf} from '../math/timeline.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const unreachableAttempts: Rule = defineRule({
  code: 'RL303',
  name: 'no-unreachable-attempts',
  category: 'latency',
  severity: 'warning',
  confidence: 'high',
  summary: 'Let all attempts fit into the deadline',
  why: `
Attempts that the deadline cuts off are written and never sent. Whoever reads "three attempts" believes in three; when the server
hangs, which is when they are needed, there is one and a bit. It happens easily, since nobody adds it up: even the standard handler
of a large framework allows four attempts of 10 s and 14 s of waits inside 30 s.

The sum is attempts · timeout + the longest waits, throttled ones where a throttled answer is retried, hints of the server left
out. Where \`objective.assume\` says how long attempts take, RL309 predicts what happens instead, and this rule is silent.
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
      name: 'a short deadline over the default attempts',
      text: '{\n  "deadlineMs": 10000\n}\n',
      findings: [
        {
          message:
            '3 attempts of 8000 ms and their waits need 27000 ms, more than the deadline of 10000 ms: attempt 2 is cut off after 1000 ms and attempt 3 is never sent.',
          at: '2:3',
          marks: '"deadlineMs"',
        },
      ],
    },
    {
      name: 'a route that has too much to do',
      text: '{\n  "routes": [\n    {"match": {"path": "/v1/search"}, "maxAttempts": 4, "attemptTimeoutMs": 1000, "deadlineMs": 5000}\n  ]\n}\n',
      findings: [
        {
          message:
            '4 attempts of 1000 ms and their waits need 11000 ms, more than the deadline of 5000 ms: attempts 3 and 4 are never sent.',
          at: '3:83',
          marks: '"deadlineMs"',
        },
      ],
    },
  ],
  good: [
    {name: 'all of them fit', text: '{\n  "attemptTimeoutMs": 2000,\n  "deadlineMs": 10000\n}\n'},
    {
      name: 'an attempt that times out is not sent again; see RL305',
      text: '{\n  "deadlineMs": 10000,\n  "retryOn": [429, 503]\n}\n',
    },
    {
      name: 'the latency of attempts is known; see RL309',
      text: '{\n  "deadlineMs": 10000,\n  "objective": {"latencyMs": {"p95": 900}, "assume": {"latencyMs": {"p50": 100, "p95": 300}}}\n}\n',
    },
  ],

  fields: ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts', 'backoff'],
  reads: ['hedge', 'idempotency', 'idempotentMethods', 'match', 'objective', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    const {deadlineMs, attemptTimeoutMs} = policy;
    if (deadlineMs === null || attemptTimeoutMs === null || attemptTimeoutMs >= deadlineMs) return;
    if (!mayRetry(scope) || !retriesTimeouts(scope) || isPredictable(scope)) return;
    const fields = ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts', 'backoff'];
    const needed = neededMs(policy);
    if (!Number.isFinite(needed) || needed <= deadlineMs) return;
    const {words} = scope.dialect;
    const at = mostSpecific(scope, ...fields);
    yield {
      at,
      message: `${retriesOf(policy) + 1} attempts of ${words.ms(attemptTimeoutMs)} and their waits need ${words.ms(needed)}, more than the deadline of ${words.ms(deadlineMs)}: ${formatCuts(scope)}.`,
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

/** What becomes of the attempts, one by one, when each takes all its time. */
function formatCuts({policy, dialect: {words}}: Scope): string {
  const entries = timelineOf(policy, retriesOf(policy) + 1, retriesThrottled(policy));
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
