import {mayRetry, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {isSetHere} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const hintsBelowQueueWait: Rule = defineRule({
  code: 'RL318',
  name: 'no-hints-below-queue-wait',
  category: 'latency',
  severity: 'warning',
  confidence: 'medium',
  fix: 'unsafe',
  summary: 'Wait for hints as long as for the quota',
  documentation: () => ({
    why: `
Limits per minute are refilled by the minute, so a 429 asks for up to 60 s. A hint above \`retryAfter.maxMs\` ends the call. If the same policy lets calls wait for minutes in the
queue of its quota, the short limit is a mistake: calls that could wait fail, and a batch loses its rows.
`,
    sources: [
      {title: 'Quota', url: 'docs/guides/quota.md'},
      {title: 'Refusals: a short retryAfter.maxMs', url: 'docs/guides/refusals.md'},
    ],
    bad: [
      {
        name: 'a batch that gives up after hints of 3 s',
        text: '{\n  "extends": ["steadfetch:llm"],\n  "retryAfter": {"maxMs": 2000}\n}\n',
        findings: [
          {
            message:
              'A Retry-After above 2000 ms ends the call, although calls wait up to 120000 ms for the quota. A limit per minute asks for up to 60000 ms: raise maxMs.',
            at: '3:18',
            marks: '"maxMs"',
          },
        ],
        fixed: '{\n  "extends": ["steadfetch:llm"],\n  "retryAfter": {"maxMs": 60000}\n}\n',
      },
    ],
    good: [
      {name: 'hints of a minute', text: '{\n  "extends": ["steadfetch:llm"],\n  "retryAfter": {"maxMs": 60000}\n}\n'},
      {
        name: 'calls that do not wait for the quota either',
        text: '{\n  "deadlineMs": 1500,\n  "attemptTimeoutMs": 600,\n  "backoff": {"throttledBaseMs": 200},\n  "retryAfter": {"maxMs": 1000},\n  "quota": {"limits": [{"unit": "requests", "max": 1200, "perMs": 60000}], "maxWaitMs": 0, "queue": 0}\n}\n',
      },
    ],
  }),

  needs: ['retryAfter'],
  fields: ['quota', 'retryAfter', 'retryAfter.maxMs'],
  reads: ['deadlineMs', 'maxAttempts', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {quota, retryAfter, deadlineMs} = scope.policy;
    if (quota === null || quota.queue === 0 || !retryAfter.honor || !isSetHere(scope, 'retryAfter.maxMs')) return;
    if (!mayRetry(scope) || !retriesThrottled(scope.policy)) return;
    const waitMs = Math.min(quota.maxWaitMs, deadlineMs ?? Number.POSITIVE_INFINITY);
    // RL210 reports a limit below a second.
    if (retryAfter.maxMs < SECOND || retryAfter.maxMs * MUCH > waitMs) return;
    const {words} = scope.dialect;
    yield {
      at: 'retryAfter.maxMs',
      message: `A Retry-After above ${words.ms(retryAfter.maxMs)} ends the call, although calls wait up to ${words.ms(waitMs)} for the quota. A limit per minute asks for up to ${words.ms(MINUTE)}: raise maxMs.`,
      related: [{at: 'quota.maxWaitMs', message: 'The wait for the quota is set here.'}],
      fix: setting(scope, 'retryAfter.maxMs', Math.min(MINUTE, waitMs)),
    };
  },
});

const SECOND = 1000;
const MINUTE = 60_000;
/** The queue waits so many times as long. */
const MUCH = 10;
