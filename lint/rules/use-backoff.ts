import {longestWaits, plannedMs} from '../../src/math/schedule.ts';
import {mayRetry, retriesOf} from '../analysis/retryability.ts';
import {assign, fullJitter, settingEach} from '../analysis/setting.ts';
import {growingWaits} from '../analysis/suggested-values.ts';
import {zeroFields} from '../analysis/zero-waits.ts';
import {isSetHere, isSure, mostSpecific, type Scope} from '../model/scope.ts';
import type {Check, Draft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const immediateRetries: Check = {
  needs: ['backoff'],
  fields: ['backoff'],
  reads: ['endpoints', 'maxAttempts'],
  bears: ['maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {backoff, endpoints} = scope.policy;
    if (!mayRetry(scope)) return;
    const retries = Math.max(Math.min(retriesOf(scope.policy), 100), 1);
    if (longestWaits(backoff, retries, false).some(wait => wait > 0)) return;
    // A stale connection is replaced at once, and another endpoint needs no rest.
    if (retries === 1 && (backoff.kind === 'list' || (endpoints?.length ?? 0) > 1)) return;
    const zeros = zeroFields(backoff, retries);
    // A route sets the cap of another kind; RL401 reports it.
    if (zeros.length === 0 || !isSure(scope, ...zeros.map(({path}) => path))) return;
    const longest = scope.words.ms(backoff.throttledBaseMs);
    const throttled = backoff.throttledBaseMs > 0 ? ` (up to ${longest} after a throttled response)` : '';
    yield {
      at: mostSpecific(scope, ...zeros.map(({path}) => path)),
      message: `Failed attempts are retried at once: ${formatRetries(retriesOf(scope.policy))} ${scope.words.ms(0)}${throttled}. Set a wait.`,
      fix: settingEach(scope, [...zeros, ...fullJitter(scope)]),
    };
  },
};

function formatRetries(retries: number): string {
  if (retries === 1) return 'the retry waits';
  if (retries === 2) return 'both retries wait';
  return Number.isFinite(retries) ? `all ${retries} retries wait` : 'every retry waits';
}

const flatBackoff: FormerCheck = {
  formerly: 'RL205',
  severity: 'info',
  needs: ['backoff'],
  fields: [],
  reads: ['attemptTimeoutMs', 'backoff', 'deadlineMs', 'maxAttempts', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {backoff} = scope.policy;
    const retries = retriesOf(scope.policy);
    if (retries < 2 || backoff.jitter === 'decorrelated') return;
    const waits = Array.from({length: Math.min(retries, 100)}, (_, index) => plannedMs(backoff, index + 1, false));
    const [first = 0] = waits;
    if (first === 0 || waits.some(wait => wait > first)) return;
    const at = culprit(scope);
    if (at === undefined) return;
    const last = waits.at(-1) ?? first;
    if (backoff.kind === 'list' && last < first)
      return yield {at, ...formatFalling(scope, backoff.delaysMs, first, last)};
    if (retries < 3) return;
    const many = Number.isFinite(retries) ? `All ${retries} waits are` : 'Every wait is';
    const most = backoff.jitter === 'none' ? '' : ' up to';
    const shown = scope.words.ms(first);
    const fact = waits.every(wait => wait === first)
      ? `${many}${most} ${shown}`
      : `No wait is longer than the first, ${shown}`;
    yield {
      at,
      message: `${fact}: retries do not slow down in a long outage. Double the wait before each retry.`,
      suggestions: growingWaits(scope, first),
    };
  },
};

/** A list in the wrong order. */
function formatFalling(scope: Scope, delaysMs: readonly number[], first: number, last: number): Omit<Draft, 'at'> {
  const value = delaysMs.toSorted((a, b) => a - b);
  return {
    message: `The waits fall from ${scope.words.ms(first)} to ${scope.words.ms(last)}: the longer an outage lasts, the faster retries come. Write the list in rising order.`,
    severity: 'warning',
    suggestions: [assign('Write the list in rising order', 'backoff.delaysMs', value)],
  };
}

const FIELDS = {
  exponential: ['backoff.factor', 'backoff.capMs', 'backoff.baseMs'],
  linear: ['backoff.stepMs', 'backoff.capMs', 'backoff.baseMs'],
  constant: ['backoff.kind', 'backoff.delayMs'],
  list: ['backoff.delaysMs'],
} as const;

/** The field of this file that keeps the waits from growing. */
function culprit(scope: Scope): string | undefined {
  const {backoff} = scope.policy;
  const isCapped = 'capMs' in backoff && backoff.capMs <= backoff.baseMs;
  const grows = backoff.kind === 'exponential' ? backoff.factor > 1 : backoff.kind === 'linear' && backoff.stepMs > 0;
  // If the waits would grow, the cap is the cause.
  const fields = FIELDS[backoff.kind].slice(isCapped && grows ? 1 : 0);
  const here = fields.filter(path => isSetHere(scope, path));
  return here.length === 0 ? undefined : mostSpecific(scope, ...here);
}

export const missingBackoff: Rule = builtIn('RL204', immediateRetries, flatBackoff);
