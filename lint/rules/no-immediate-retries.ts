import {longestWaits} from '../../src/math/schedule.ts';
import {defaultsByKind} from '../../src/policy/defaults.ts';
import type {Backoff} from '../../src/policy/types.ts';
import {mayRetry, retriesOf} from '../analysis/retryability.ts';
import {formatChange} from '../analysis/setting.ts';
import {isSure, mostSpecific} from '../model/scope.ts';
import type {Change, Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const immediateRetries: Rule = builtIn('RL204', {
  needs: ['backoff'],
  fields: ['backoff'],
  reads: ['maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {backoff} = scope.policy;
    if (!mayRetry(scope)) return;
    const retries = Math.max(Math.min(retriesOf(scope.policy), 100), 1);
    if (longestWaits(backoff, retries, false).some(wait => wait > 0)) return;
    const zeros = zeroFields(backoff);
    // A route sets the cap of another kind; RL401 reports it.
    if (zeros.length === 0) return;
    if (!isSure(scope, ...zeros.map(({path}) => path))) return;
    const {words} = scope.dialect;
    const longest = words.ms(backoff.throttledBaseMs);
    const throttled = backoff.throttledBaseMs > 0 ? ` (up to ${longest} after a throttled response)` : '';
    yield {
      at: mostSpecific(scope, ...zeros.map(({path}) => path)),
      message: `Failed attempts are retried at once: ${formatRetries(retriesOf(scope.policy))} ${words.ms(0)}${throttled}. Set a wait.`,
      fix: {title: zeros.map(({path, value}) => formatChange(scope, path, value)).join(', '), changes: zeros},
    };
  },
});

type Set = Extract<Change, {do: 'set'}>;

/** The fields that make the waits 0, with their default values. */
function zeroFields(backoff: Backoff): Set[] {
  const defaults = defaultsByKind.backoff![backoff.kind] as Readonly<Record<string, unknown>>;
  return (
    Object.entries(backoff)
      // A route can set a field of another kind; it has no effect in the merged backoff.
      .filter(
        ([field, value]) =>
          ['baseMs', 'delayMs', 'delaysMs', 'capMs'].includes(field) && field in defaults && isZero(value),
      )
      .map(([field]): Set => ({do: 'set', path: `backoff.${field}`, value: defaults[field]}))
  );
}

const isZero = (value: unknown): boolean => value === 0 || (Array.isArray(value) && value[0] === 0);

function formatRetries(retries: number): string {
  if (retries === 1) return 'the retry waits';
  if (retries === 2) return 'both retries wait';
  return Number.isFinite(retries) ? `all ${retries} retries wait` : 'every retry waits';
}
