import {plannedMs} from '../../src/math/schedule.ts';
import type {Backoff} from '../../src/policy/types.ts';
import {mayRetry, retriesOf, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import type {Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const synchronisedRetries: Rule = builtIn('RL203', {
  needs: ['backoff'],
  fields: ['backoff.jitter'],
  reads: ['backoff', 'maxAttempts', 'objective', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {backoff} = scope.policy;
    if (backoff.jitter !== 'none' || !mayRetry(scope)) return;
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
