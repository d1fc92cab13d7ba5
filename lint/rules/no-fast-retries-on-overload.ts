import {longestMs} from '../../src/math/schedule.ts';
import type {RetryTrigger} from '../../src/policy/types.ts';
import {mayRetry} from '../analysis/retryability.ts';
import {formatChange} from '../analysis/setting.ts';
import {isSure, mostSpecific, type Scope} from '../model/scope.ts';
import {type Change, type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const fastThrottledRetries: Rule = defineRule({
  code: 'RL211',
  name: 'no-fast-retries-on-overload',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  summary: 'Wait at least one second after 429, 503 and 529',
  documentation: () => ({
    why: `
429, 503 and 529 mean that the server is overloaded. A retry after 100 ms adds to that load. If the client ignores \`Retry-After\`, the
first wait must be long enough by itself: at least one second, as in the AWS SDKs.

Where \`Retry-After\` is honored, it decides the wait. Many servers send none with a 429, so a first wait of 10 ms or less is reported there, too.
`,
    sources: [
      {title: 'Google SRE Book, Handling Overload', url: 'https://sre.google/sre-book/handling-overload/'},
      {
        title: 'AWS SDKs, Retry behavior: throttled requests wait from one second',
        url: 'https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html',
      },
    ],
    bad: [
      {
        name: 'a 503 is retried within 100 ms',
        text: '{\n  "backoff": {"baseMs": 100},\n  "retryAfter": {"honor": false}\n}\n',
        findings: [
          {
            message:
              'After 503, the first retry waits at most 100 ms and ignores Retry-After. An overloaded server needs at least 1000 ms: honor Retry-After, or wait longer.',
            at: '2:15',
            marks: '"baseMs"',
          },
        ],
      },
      {
        name: 'a 429 is retried within 200 ms',
        text: '{\n  "retryOn": [429],\n  "backoff": {"baseMs": 50, "throttledBaseMs": 200},\n  "retryAfter": {"honor": false}\n}\n',
        findings: [
          {
            message:
              'After 429, the first retry waits at most 200 ms and ignores Retry-After. An overloaded server needs at least 1000 ms: honor Retry-After, or wait longer.',
            at: '3:29',
            marks: '"throttledBaseMs"',
          },
        ],
      },
      {
        name: 'a 429 without Retry-After is retried within 5 ms',
        text: '{\n  "backoff": {"baseMs": 5, "throttledBaseMs": 5}\n}\n',
        findings: [
          {
            message:
              'After 429 without Retry-After, the first retry waits at most 5 ms. An overloaded server needs at least 1000 ms: wait longer.',
            at: '2:28',
            marks: '"throttledBaseMs"',
          },
        ],
      },
    ],
    good: [
      {name: 'Retry-After is honored', text: '{\n  "backoff": {"baseMs": 100}\n}\n'},
      {name: 'a base of a second', text: '{\n  "backoff": {"baseMs": 1000},\n  "retryAfter": {"honor": false}\n}\n'},
    ],
  }),

  fields: ['retryAfter.honor', 'backoff'],
  reads: ['deadlineMs', 'maxAttempts', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {retryAfter, backoff, deadlineMs} = scope.policy;
    if (!mayRetry(scope)) return;
    // A 503 is throttling only with Retry-After; 429 and 529 always are.
    const [throttled] = listed(scope, [429, 529, '4xx', 'RESOURCE_EXHAUSTED']);
    const [shedding] = retryAfter.honor ? [] : listed(scope, [503, '5xx']);
    const answer =
      shedding !== undefined && (throttled === undefined || longestMs(backoff, 1, false) < SECOND)
        ? shedding
        : throttled;
    if (answer === undefined) return;
    const firstMs = longestMs(backoff, 1, answer === throttled);
    // Many servers send no Retry-After with a 429.
    if (firstMs === 0 || firstMs >= (retryAfter.honor ? ALMOST_AT_ONCE_MS : SECOND)) return;
    const fields = fieldsOf(scope, answer === throttled);
    if (!isSure(scope, ...fields)) return;
    const {words} = scope.dialect;
    if (retryAfter.honor) {
      // No call can wait a second.
      if (deadlineMs !== null && deadlineMs <= SECOND) return;
      yield {
        at: mostSpecific(scope, ...fields),
        message: `After ${answer} without Retry-After, the first retry waits at most ${words.ms(firstMs)}. An overloaded server needs at least ${words.ms(SECOND)}: wait longer.`,
        suggestions: fields[0] === 'backoff.delaysMs' ? [] : [waitSecond(scope, fields[0]!)],
      };
      return;
    }
    yield {
      at: mostSpecific(scope, ...fields, 'retryAfter.honor'),
      message: `After ${answer}, the first retry waits at most ${words.ms(firstMs)} and ignores Retry-After. An overloaded server needs at least ${words.ms(SECOND)}: honor Retry-After, or wait longer.`,
      related: [{at: 'retryAfter.honor', message: 'Retry-After is ignored because of this setting.'}],
      suggestions: [honored, ...(fields[0] === 'backoff.delaysMs' ? [] : [waitSecond(scope, fields[0]!)])],
    };
  },
});

const SECOND = 1000;
const ALMOST_AT_ONCE_MS = 11;

const listed = ({policy}: Scope, triggers: readonly RetryTrigger[]): RetryTrigger[] =>
  triggers.filter(trigger => policy.retryOn.includes(trigger));

/** Fields that make up the first wait; the deciding field comes first. */
function fieldsOf({policy: {backoff}}: Scope, throttled: boolean): string[] {
  const base = `backoff.${{exponential: 'baseMs', linear: 'baseMs', constant: 'delayMs', list: 'delaysMs'}[backoff.kind]}`;
  if (!throttled) return [base];
  return backoff.throttledBaseMs >= longestMs(backoff, 1, false)
    ? ['backoff.throttledBaseMs', base]
    : [base, 'backoff.throttledBaseMs'];
}

const honored: FixDraft = {
  title: 'Honor Retry-After',
  changes: [{do: 'set', path: 'retryAfter.honor', value: true}],
};

/** Waits one second, and raises the cap if it is lower. */
function waitSecond(scope: Scope, path: string): FixDraft {
  const {backoff} = scope.policy;
  const changes: Change[] = [{do: 'set', path, value: SECOND}];
  if ('capMs' in backoff && backoff.capMs < SECOND) changes.push({do: 'set', path: 'backoff.capMs', value: 20_000});
  return {title: formatChange(scope, path, SECOND), changes};
}
