import {plannedMs} from '../../src/math/schedule.ts';
import type {Backoff} from '../../src/policy/types.ts';
import {retriesOf} from '../analysis/retryability.ts';
import {isSetHere, mostSpecific, type Scope} from '../model/scope.ts';
import type {Draft, FixDraft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const flatBackoff: Rule = builtIn('RL205', {
  needs: ['backoff'],
  fields: [],
  reads: ['backoff', 'maxAttempts'],

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
    if (backoff.kind === 'list' && last < first) {
      yield {at, ...formatFalling(scope, backoff.delaysMs, first, last)};
      return;
    }
    if (retries < 3) return;
    const many = Number.isFinite(retries) ? `All ${retries} waits are` : 'Every wait is';
    const shown = scope.dialect.words.ms(first);
    const fact = waits.every(wait => wait === first)
      ? `${many} ${shown}`
      : `No wait is longer than the first, ${shown}`;
    yield {
      at,
      message: `${fact}: retries do not slow down in a long outage. Double the wait before each retry.`,
      suggestions: Number.isSafeInteger(first * 4) ? [growing(backoff, first)] : [],
    };
  },
});

/** A list in the wrong order. */
function formatFalling(
  {dialect: {words}}: Scope,
  delaysMs: readonly number[],
  first: number,
  last: number,
): Omit<Draft, 'at'> {
  const value = delaysMs.toSorted((a, b) => a - b);
  return {
    message: `The waits fall from ${words.ms(first)} to ${words.ms(last)}: the longer an outage lasts, the faster retries come. Write the list in rising order.`,
    severity: 'warning',
    suggestions: [{title: 'Write the list in rising order', changes: [{do: 'set', path: 'backoff.delaysMs', value}]}],
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

function growing(backoff: Backoff, baseMs: number): FixDraft {
  const value = {
    kind: 'exponential',
    baseMs,
    factor: 2,
    capMs: Math.max(20_000, baseMs * 4),
    jitter: backoff.jitter,
  };
  return {title: 'Double the wait before each retry', changes: [{do: 'set', path: 'backoff', value}]};
}
