import {longestMs} from '../../src/math/schedule.ts';
import type {Policy} from '../../src/policy/types.ts';
import {formatNumber} from '../analysis/format.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import {valueAt} from '../model/setter.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const unitSlip: Rule = builtIn('RL602', {
  fields: [],

  *check(scope): Iterable<Draft> {
    const {words} = scope.dialect;
    for (const [path, leastMs, mostMs] of RANGES) {
      const value = valueAt(scope.policy, path.split('.'));
      if (typeof value !== 'number' || value === 0) continue;
      const factor = value < leastMs ? 1000 : value > mostMs ? 1 / 1000 : 1;
      if (factor === 1 || !isSetHere(scope, path)) continue;
      const meant = value * factor;
      if (factor > 1 ? isPlausible(scope.policy, path, meant) : path === 'deadlineMs' && meant < waitMs(scope.policy))
        continue;
      const likely =
        factor > 1
          ? `If ${formatNumber(value)} s is meant, write ${words.ms(meant)}`
          : `Durations are in milliseconds: ${words.ms(meant)} is more usual`;
      const message = `${words.name(path)} is ${words.ms(value)}, which is implausibly ${factor > 1 ? 'short' : 'long'}. ${likely}.`;
      const isWhole = path.startsWith('objective.') || Number.isInteger(meant);
      const fix = {
        title: `Set ${words.key(path)} to ${words.value(path, meant)}`,
        changes: [{do: 'set', path, value: meant} as const],
      };
      yield {at: path, message, ...(isWhole ? {fix} : {})};
    }
    yield* shortList(scope);
  },
});

/** The longest wait. A deadline of hours is plausible where the same number of seconds would be shorter. */
const waitMs = ({backoff}: Policy): number => longestMs(backoff, 100, false);

/** Waits of a few milliseconds that would fit into the call as seconds. */
function* shortList(scope: Scope): Iterable<Draft> {
  const {backoff, deadlineMs} = scope.policy;
  if (backoff.kind !== 'list' || !isSetHere(scope, 'backoff.delaysMs')) return;
  const longest = Math.max(...backoff.delaysMs);
  const value = backoff.delaysMs.map(ms => ms * 1000);
  const sumMs = value.reduce((sum, ms) => sum + ms, 0);
  if (longest === 0 || longest >= 100 || sumMs > (deadlineMs ?? never)) return;
  yield {
    at: 'backoff.delaysMs',
    message: `No wait is above ${longest} ms, which is implausibly short. If seconds are meant, write ${scope.dialect.words.allMs(value)}.`,
  };
}

/** Whether a short duration fits the others, which in seconds it would not. */
function isPlausible({attemptTimeoutMs, deadlineMs, objective}: Policy, path: string, inSecondsMs: number): boolean {
  if (path.startsWith('backoff.')) return deadlineMs !== null && inSecondsMs > deadlineMs;
  if (path.startsWith('objective.')) return attemptTimeoutMs !== null && inSecondsMs > attemptTimeoutMs;
  const {p95, p99 = p95} = objective?.assume?.latencyMs ?? {};
  return path === 'attemptTimeoutMs' && p99 !== undefined && p99 < inSecondsMs / 1000;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const never = Number.POSITIVE_INFINITY;

/** Plausible durations, least and most. The client does not send an attempt with less than 50 ms left. */
const RANGES: readonly (readonly [path: string, leastMs: number, mostMs: number])[] = [
  ['deadlineMs', 50, 6 * HOUR],
  ['attemptTimeoutMs', 20, HOUR],
  ['idleTimeoutMs', 100, HOUR],
  ['backoff.baseMs', 5, HOUR],
  ['backoff.delayMs', 5, HOUR],
  ['budget.windowMs', 100, DAY],
  ['breaker.windowMs', 100, DAY],
  ...(['objective.latencyMs', 'objective.assume.latencyMs'] as const).flatMap(path =>
    ['p50', 'p95', 'p99', 'max'].map(name => [`${path}.${name}`, 1, never] as const),
  ),
];
