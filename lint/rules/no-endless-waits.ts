import {mayRetry, retriesOf, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {longestMs} from '../math/schedule.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const endlessWaits: Rule = defineRule({
  code: 'RL206',
  name: 'no-endless-waits',
  category: 'latency',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Cap the waits',
  why: `
Waits that double become minutes after ten resends and days after twenty. Nobody is still there when such an attempt is sent, yet
the call holds its memory, its connection and its place. A cap keeps the waits to what somebody waits for; what has to survive an
hour belongs in a queue.

Only waits that the deadline leaves room for count.
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
      text: '{\n  "maxAttempts": 5,\n  "deadlineMs": 3600000,\n  "backoff": {"baseMs": 10000, "factor": 4, "capMs": 600000}\n}\n',
      findings: [
        {
          message: 'The wait before resend 4 is up to 600000 ms, longer than 60000 ms: whoever made the call has left.',
          at: '4:45',
          marks: '"capMs"',
        },
      ],
      fixed:
        '{\n  "maxAttempts": 5,\n  "deadlineMs": 3600000,\n  "backoff": {"baseMs": 10000, "factor": 4, "capMs": 60000}\n}\n',
    },
    {
      name: 'a constant wait of two minutes',
      text: '{\n  "deadlineMs": 600000,\n  "backoff": {"kind": "constant", "delayMs": 120000}\n}\n',
      findings: [
        {
          message: 'The wait before resend 1 is up to 120000 ms, longer than 60000 ms: whoever made the call has left.',
          at: '3:35',
          marks: '"delayMs"',
        },
      ],
    },
  ],
  good: [
    {
      name: 'a cap',
      text: '{\n  "maxAttempts": 5,\n  "deadlineMs": 3600000,\n  "backoff": {"baseMs": 10000, "factor": 4, "capMs": 60000}\n}\n',
    },
    {name: 'a cap that is never reached', text: '{\n  "backoff": {"capMs": 600000}\n}\n'},
  ],

  judges: ['backoff', 'backoff.capMs', 'maxAttempts', 'deadlineMs'],
  reads: ['retryOn'],

  *check(scope): Iterable<Draft> {
    const {backoff} = scope.policy;
    if (!mayRetry(scope)) return;
    const {resend, waitMs, throttled} = longestWait(scope);
    const longMs = LONG_MS[scope.dialect.capabilities.kind];
    if (waitMs <= longMs) return;
    const {words} = scope.dialect;
    const before = `before resend ${resend}${throttled ? ' after a throttled answer' : ''}`;
    const at = culprit(scope, throttled);
    yield {
      at,
      message: `The wait ${before} is up to ${words.ms(waitMs)}, longer than ${words.ms(longMs)}: ${LEFT[scope.dialect.capabilities.kind]}.`,
      ...('capMs' in backoff
        ? {fix: setting(scope, 'backoff.capMs', longMs)}
        : {suggestions: [exponential(backoff.jitter)]}),
    };
  },
});

const LONG_MS = {call: 60_000, workflow: 300_000} as const;
const LEFT = {call: 'whoever made the call has left', workflow: 'what broke is long mended'} as const;

/** The longest wait that the deadline has room for, and the first resend that waits that long. */
function longestWait({policy}: Scope): {resend: number; waitMs: number; throttled: boolean} {
  const {backoff, deadlineMs} = policy;
  const roomMs = deadlineMs ?? Number.POSITIVE_INFINITY;
  let longest = {resend: 1, waitMs: 0, throttled: false};
  for (const throttled of retriesThrottled(policy) ? [false, true] : [false]) {
    for (let resend = 1; resend <= Math.min(retriesOf(policy), 100); resend++) {
      const waitMs = longestMs(backoff, resend, throttled);
      if (waitMs > longest.waitMs && waitMs < roomMs) longest = {resend, waitMs, throttled};
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
  title: 'Wait longer each time, and never longer than 20 s',
  changes: [{do: 'set', path: 'backoff', value: {kind: 'exponential', baseMs: 1000, capMs: 20_000, jitter}}],
});
