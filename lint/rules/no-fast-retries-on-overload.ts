import type {RetryTrigger} from '../../src/policy/types.ts';
import {mayRetry} from '../analysis/retryability.ts';
import {sayChange} from '../analysis/setting.ts';
import {longestMs} from '../math/schedule.ts';
import {isSure, mostSpecific, type Scope} from '../model/scope.ts';
import {type Change, type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const fastThrottledResends: Rule = defineRule({
  code: 'RL211',
  name: 'no-fast-retries-on-overload',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  summary: 'Give an overloaded server at least a second',
  why: `
429, 503 and 529 say that there is too much to do. Coming back after a tenth of a second is more of it. Where the server's own
word is not heard, the first wait has to be long enough by itself: a second, as in the AWS SDKs, or more.

Speaks only where \`retryAfter.honor\` is false; where hints are heard, they decide.
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
      name: 'a 503 comes back after a tenth of a second',
      text: '{\n  "backoff": {"baseMs": 100},\n  "retryAfter": {"honor": false}\n}\n',
      findings: [
        {
          message:
            'After 503 the first resend waits at most 100 ms, and the server’s own word is not heard; less than 1000 ms is more load on a server that has too much.',
          at: '2:15',
          marks: '"baseMs"',
        },
      ],
    },
    {
      name: 'a 429 too',
      text: '{\n  "retryOn": [429],\n  "backoff": {"baseMs": 50, "throttledBaseMs": 200},\n  "retryAfter": {"honor": false}\n}\n',
      findings: [
        {
          message:
            'After 429 the first resend waits at most 200 ms, and the server’s own word is not heard; less than 1000 ms is more load on a server that has too much.',
          at: '3:29',
          marks: '"throttledBaseMs"',
        },
      ],
    },
  ],
  good: [
    {name: 'hints are heard', text: '{\n  "backoff": {"baseMs": 100}\n}\n'},
    {name: 'a base of a second', text: '{\n  "backoff": {"baseMs": 1000},\n  "retryAfter": {"honor": false}\n}\n'},
  ],

  judges: ['retryAfter.honor', 'backoff'],
  reads: ['maxAttempts', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {retryAfter, backoff} = scope.policy;
    if (retryAfter.honor || !mayRetry(scope)) return;
    // Without its hint a 503 is a failure like any other; 429 and 529 ask for less by themselves.
    const [throttled] = listed(scope, [429, 529, '4xx', 'RESOURCE_EXHAUSTED']);
    const [shedding] = listed(scope, [503, '5xx']);
    const answer =
      shedding !== undefined && (throttled === undefined || longestMs(backoff, 1, false) < SECOND)
        ? shedding
        : throttled;
    if (answer === undefined) return;
    const firstMs = longestMs(backoff, 1, answer === throttled);
    if (firstMs === 0 || firstMs >= SECOND) return;
    const fields = fieldsOf(scope, answer === throttled);
    if (!isSure(scope, ...fields)) return;
    const {words} = scope.dialect;
    yield {
      at: mostSpecific(scope, ...fields, 'retryAfter.honor'),
      message: `After ${answer} the first resend waits at most ${words.ms(firstMs)}, and the server’s own word is not heard; less than ${words.ms(SECOND)} is more load on a server that has too much.`,
      related: [{at: 'retryAfter.honor', message: 'Hints are switched off here.'}],
      suggestions: [honored, ...(fields[0] === 'backoff.delaysMs' ? [] : [patient(scope, fields[0]!)])],
    };
  },
});

const SECOND = 1000;

const listed = ({policy}: Scope, triggers: readonly RetryTrigger[]): RetryTrigger[] =>
  triggers.filter(trigger => policy.retryOn.includes(trigger));

/** What the first wait is made of, the field that decides it first. */
function fieldsOf({policy: {backoff}}: Scope, throttled: boolean): string[] {
  const base = `backoff.${{exponential: 'baseMs', linear: 'baseMs', constant: 'delayMs', list: 'delaysMs'}[backoff.kind]}`;
  if (!throttled) return [base];
  return backoff.throttledBaseMs >= longestMs(backoff, 1, false)
    ? ['backoff.throttledBaseMs', base]
    : [base, 'backoff.throttledBaseMs'];
}

const honored: FixDraft = {
  title: 'Hear the server’s word',
  changes: [{do: 'set', path: 'retryAfter.honor', value: true}],
};

/** A second, and a cap that lets it be one. */
function patient(scope: Scope, path: string): FixDraft {
  const {backoff} = scope.policy;
  const changes: Change[] = [{do: 'set', path, value: SECOND}];
  if ('capMs' in backoff && backoff.capMs < SECOND) changes.push({do: 'set', path: 'backoff.capMs', value: 20_000});
  return {title: sayChange(scope, path, SECOND), changes};
}
