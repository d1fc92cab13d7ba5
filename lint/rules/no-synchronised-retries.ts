import {longestMs, plannedMs, shortestMs} from '../../src/math/schedule.ts';
import type {Backoff} from '../../src/policy/types.ts';
import {formatNumber} from '../analysis/format.ts';
import {mayRetry, retriesOf, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {isSure, mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const synchronisedRetries: Rule = defineRule({
  code: 'RL203',
  name: 'no-synchronised-retries',
  category: 'load',
  severity: 'error',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Spread retries with jitter',
  documentation: () => ({
    why: `
Without jitter, clients that failed at the same time wait equally long and retry at the same time. Use jitter. Each burst can overload the server
again. Jitter spreads the retries; "full" needs the fewest calls.

\`Retry-After\` does not help: if every client gets the same value, the retries come in one burst. The client adds jitter to it as well.

An info where \`objective\` states one instance with at most one call in ten seconds: there is no other call to collide with.
`,
    sources: [
      {
        title: 'M. Brooker, Exponential Backoff and Jitter (AWS, 2015)',
        url: 'https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/',
      },
    ],
    bad: [
      {
        name: 'exponential backoff without jitter',
        text: '{\n  "backoff": {"kind": "exponential", "jitter": "none"}\n}\n',
        findings: [
          {
            message:
              'Retries come in bursts: the waits of 100 and 200 ms are equal for all clients that failed at the same time. Use jitter.',
            at: '2:38',
            marks: '"jitter"',
          },
        ],
        fixed: '{\n  "backoff": {"kind": "exponential", "jitter": "full"}\n}\n',
      },
      {
        name: 'a misspelt key that was meant to turn it off',
        text: '{\n  "backoff": {"jiter": "none"}\n}\n',
        findings: [
          {
            message:
              'Retries come in bursts: the waits of 100 and 200 ms are equal for all clients that failed at the same time. Use jitter.',
            at: '2:15',
            marks: '"jiter"',
          },
        ],
        fixed: '{\n  "backoff": {"jiter": "full"}\n}\n',
      },
    ],
    good: [
      {name: 'full jitter', text: '{\n  "backoff": {"jitter": "full"}\n}\n'},
      {name: 'one attempt', text: '{\n  "maxAttempts": 1,\n  "backoff": {"jitter": "none"}\n}\n'},
      {
        name: 'no waits, which RL204 reports',
        text: '{\n  "backoff": {"kind": "constant", "delayMs": 0, "throttledBaseMs": 0, "jitter": "none"}\n}\n',
      },
    ],
  }),

  needs: ['backoff', 'objective'],
  fields: ['backoff.jitter'],
  reads: ['backoff', 'maxAttempts', 'objective', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {backoff} = scope.policy;
    if (!mayRetry(scope)) return;
    if (backoff.jitter !== 'none') {
      yield* crowded(scope);
      return;
    }
    const retries = Math.max(Math.min(retriesOf(scope.policy), 3), 1);
    const plain = waitsOf(backoff, retries, false);
    // Without plain waits, the waits after a throttled response may still be equal.
    const isThrottled = plain.every(wait => wait === 0);
    if (isThrottled && (backoff.throttledBaseMs === 0 || !retriesThrottled(scope.policy))) return;
    const waits = isThrottled ? waitsOf(backoff, retries, true) : plain;
    if (waits.every(wait => wait === 0)) return;
    yield {
      ...(isAlone(scope) ? {severity: 'info'} : {}),
      at: 'backoff.jitter',
      message: `Retries come in bursts: ${formatWaits(scope, waits, isThrottled)} equal for all clients that failed at the same time. Use jitter.`,
      fix: setting(scope, 'backoff.jitter', 'full'),
    };
  },
});

/** Requests per second at which few services stay up. */
const MANY_PER_SECOND = 100_000;

/** Jitter that is too short for all the processes that fail at the same time, as after an outage or a restart of the server. */
function* crowded(scope: Scope): Iterable<Draft> {
  const {backoff, objective} = scope.policy;
  const instances = objective?.instances ?? 1;
  const spreadMs = longestMs(backoff, 1, false) - shortestMs(backoff, 1, false);
  // Of processes with few calls, few have one at that moment.
  const failed = instances * Math.min(1, objective?.assume?.rps ?? 1);
  const perSecond = (failed / spreadMs) * 1000;
  if (spreadMs === 0 || perSecond < MANY_PER_SECOND) return;
  const field = 'baseMs' in backoff ? 'backoff.baseMs' : 'delayMs' in backoff ? 'backoff.delayMs' : 'backoff.delaysMs';
  if (!isSure(scope, field, 'objective.instances')) return;
  const {words} = scope.dialect;
  yield {
    at: mostSpecific(scope, field, 'objective.instances'),
    message: `${instances} processes that fail at the same time retry within ${words.ms(spreadMs)}: a peak of ${formatNumber(perSecond)} requests per second. Raise ${words.key(field)}.`,
    severity: 'warning',
    related: [{at: 'objective.instances', message: 'The number of processes is set here.'}],
  };
}

/** One client with a call in ten seconds at the most: there is no other call to collide with. */
function isAlone({policy: {objective}}: Scope): boolean {
  const rps = objective?.assume?.rps;
  return objective?.instances === 1 && rps !== undefined && rps <= 0.1;
}

const waitsOf = (backoff: Backoff, retries: number, throttled: boolean): number[] =>
  Array.from({length: retries}, (_, index) => plannedMs(backoff, index + 1, throttled));

function formatWaits({dialect: {words}, policy}: Scope, waits: readonly number[], throttled: boolean): string {
  const when = throttled ? ' after a throttled response' : '';
  if (waits.length === 1) return `the wait of ${words.ms(waits[0]!)}${when} is`;
  const isAll = waits.length >= retriesOf(policy);
  return `the waits of ${words.allMs(waits, isAll)}${isAll ? '' : ' and so on'}${when} are`;
}
