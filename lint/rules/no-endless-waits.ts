import {longestMs} from '../../src/math/schedule.ts';
import type {Policy} from '../../src/policy/types.ts';
import {mayRetry, retriesOf, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const endlessWaits: Rule = defineRule({
  code: 'RL206',
  name: 'no-endless-waits',
  category: 'latency',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Limit each wait to a minute, or a quarter of the deadline',
  documentation: () => ({
    why: `
Waits that double reach minutes after ten retries and days after twenty. The caller has usually given up by then, but the call still
occupies memory and a slot of the concurrency limit. Set a cap. Work that must survive an hour belongs in a queue.

A wait of a minute is never reported, and a call that has hours may wait for a quarter of its deadline. Waits longer than the deadline are
not counted.
`,
    sources: [
      {
        title: 'M. Brooker, Timeouts, retries, and backoff with jitter (Amazon Builders’ Library)',
        url: 'https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/',
      },
      {
        title: 'Stoica et al., If At First You Don’t Succeed, Try, Try, Again...? (SOSP 2024)',
        url: 'https://doi.org/10.1145/3694715.3695971',
      },
    ],
    bad: [
      {
        name: 'a cap of ten minutes',
        text: '{\n  "maxAttempts": 5,\n  "deadlineMs": 1800000,\n  "backoff": {"baseMs": 10000, "factor": 4, "capMs": 600000}\n}\n',
        findings: [
          {
            message: 'The wait before retry 4 is up to 600000 ms; the limit is 450000 ms. Set a lower cap.',
            at: '4:45',
            marks: '"capMs"',
          },
        ],
        fixed:
          '{\n  "maxAttempts": 5,\n  "deadlineMs": 1800000,\n  "backoff": {"baseMs": 10000, "factor": 4, "capMs": 450000}\n}\n',
      },
      {
        name: 'a constant wait of four minutes',
        text: '{\n  "deadlineMs": 600000,\n  "backoff": {"kind": "constant", "delayMs": 240000}\n}\n',
        findings: [
          {
            message:
              'The wait before retry 1 is up to 240000 ms; the limit is 150000 ms. Use exponential backoff with a cap.',
            at: '3:35',
            marks: '"delayMs"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'a cap',
        text: '{\n  "maxAttempts": 5,\n  "deadlineMs": 1800000,\n  "backoff": {"baseMs": 10000, "factor": 4, "capMs": 60000}\n}\n',
      },
      {name: 'a cap that is never reached', text: '{\n  "backoff": {"capMs": 600000}\n}\n'},
    ],
  }),

  needs: ['backoff'],
  fields: ['backoff', 'backoff.capMs', 'maxAttempts', 'deadlineMs'],
  reads: ['retryOn'],

  *check(scope): Iterable<Draft> {
    const {backoff} = scope.policy;
    if (!mayRetry(scope)) return;
    const {retry, waitMs, throttled} = longestWait(scope);
    const longMs = Math.max(LONG_MS[scope.dialect.capabilities.kind], patienceMs(scope.policy));
    if (waitMs <= longMs) return;
    const {words} = scope.dialect;
    const before = `before retry ${retry}${throttled ? ' after a throttled response' : ''}`;
    const at = culprit(scope, throttled);
    yield {
      at,
      message: `The wait ${before} is up to ${words.ms(waitMs)}; the limit is ${words.ms(longMs)}. ${'capMs' in backoff ? 'Set a lower cap' : 'Use exponential backoff with a cap'}.`,
      ...('capMs' in backoff
        ? {fix: setting(scope, 'backoff.capMs', longMs)}
        : {suggestions: [exponential(backoff.jitter)]}),
    };
  },
});

const LONG_MS = {call: 60_000, workflow: 300_000} as const;

/** A call that has hours may wait for a quarter of an hour. */
const patienceMs = ({deadlineMs}: Policy): number => (deadlineMs ?? 0) / 4;

/** The longest wait below the deadline, and the first retry with that wait. */
function longestWait({policy}: Scope): {retry: number; waitMs: number; throttled: boolean} {
  const {backoff, deadlineMs} = policy;
  const roomMs = deadlineMs ?? Number.POSITIVE_INFINITY;
  let longest = {retry: 1, waitMs: 0, throttled: false};
  for (const throttled of retriesThrottled(policy) ? [false, true] : [false]) {
    for (let retry = 1; retry <= Math.min(retriesOf(policy), 100); retry++) {
      const waitMs = longestMs(backoff, retry, throttled);
      if (waitMs > longest.waitMs && waitMs < roomMs) longest = {retry, waitMs, throttled};
    }
  }
  return longest;
}

function culprit(scope: Scope, throttled: boolean): string {
  const {backoff} = scope.policy;
  const [base = 'backoff'] = ['delayMs', 'delaysMs'].filter(field => field in backoff).map(field => `backoff.${field}`);
  const fields = 'capMs' in backoff ? ['backoff.capMs', 'backoff.baseMs'] : [base];
  return mostSpecific(scope, ...fields, ...(throttled ? ['backoff.throttledBaseMs'] : []));
}

const exponential = (jitter: string): FixDraft => ({
  title: 'Use exponential backoff with a cap of 20 s',
  changes: [{do: 'set', path: 'backoff', value: {kind: 'exponential', baseMs: 1000, capMs: 20_000, jitter}}],
});
