import {longestMs, plannedMs, shortestMs} from '../../src/math/schedule.ts';
import type {Backoff} from '../../src/policy/types.ts';
import {firstWaitField} from '../analysis/fast-retry.ts';
import {formatNumber} from '../analysis/format.ts';
import {relatedTo} from '../analysis/related.ts';
import {mayRetry, retriesOf, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {isNative} from '../dialects/native.ts';
import {isSure, mostSpecific, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const synchronizedRetries: Rule = builtIn('RL203', {
  needs: ['backoff', 'objective'],
  fields: ['backoff.jitter'],
  reads: ['backoff', 'deadlineMs', 'maxAttempts', 'objective', 'retryOn'],
  bears: ['maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {backoff} = scope.policy;
    if (!mayRetry(scope) || scope.file.shape?.remarks?.some(({code}) => code === 'RL214')) return;
    if (backoff.jitter !== 'none') return yield* crowded(scope);
    const retries = Math.max(Math.min(retriesOf(scope.policy), 3), 1);
    const plain = waitsOf(backoff, retries, false);
    // Without plain waits, the waits after a throttled response may still be equal.
    const isThrottled = plain.every(wait => wait === 0);
    if (isThrottled && (backoff.throttledBaseMs === 0 || !retriesThrottled(scope.policy))) return;
    const waits = isThrottled ? waitsOf(backoff, retries, true) : plain;
    if (waits.every(wait => wait === 0)) return;
    yield {
      ...(isAlone(scope) ? {severity: 'info'} : !isNative(scope.dialect) && {severity: 'warning'}),
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
  // Few processes with few calls have one at that moment.
  const failed = instances * Math.min(1, objective?.assume?.rps ?? 1);
  const perSecond = (failed / spreadMs) * 1000;
  if (spreadMs === 0 || perSecond < MANY_PER_SECOND) return;
  const field = firstWaitField(backoff);
  if (!isSure(scope, field, 'objective.instances')) return;
  yield {
    at: mostSpecific(scope, field, 'objective.instances'),
    message: `${formatNumber(failed)} processes that fail at the same time retry within ${scope.words.ms(spreadMs)}: a peak of ${formatNumber(perSecond)} requests per second. Raise ${scope.words.key(field)}.`,
    severity: 'warning',
    related: relatedTo(scope, 'objective.instances'),
  };
}

/** One client whose calls come once in ten seconds, or end before the next begins: there is no other call to collide with. */
function isAlone({file, policy: {deadlineMs, objective}}: Scope): boolean {
  if (file.shape?.code?.isScript) return true;
  const rps = objective?.assume?.rps;
  if (objective?.instances !== 1 || rps === undefined) return false;
  return rps <= 0.1 || (deadlineMs !== null && rps * deadlineMs <= 1000);
}

const waitsOf = (backoff: Backoff, retries: number, throttled: boolean): number[] =>
  Array.from({length: retries}, (_, index) => plannedMs(backoff, index + 1, throttled));

function formatWaits({words, policy}: Scope, waits: readonly number[], throttled: boolean): string {
  const when = throttled ? ' after a throttled response' : '';
  if (waits.length === 1) return `the wait of ${words.ms(waits[0]!)}${when} is`;
  const isAll = waits.length >= retriesOf(policy);
  return `the waits of ${words.allMs(waits, isAll)}${isAll ? '' : ' and so on'}${when} are`;
}
