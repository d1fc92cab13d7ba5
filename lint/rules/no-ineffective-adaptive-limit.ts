import {leastConcurrency} from '../../src/policy/least-concurrency.ts';
import {formatCount, formatNumber} from '../analysis/format.ts';
import {inFlight} from '../analysis/places.ts';
import {relatedTo} from '../analysis/related.ts';
import {retriesOf, retriesTimeouts, TIMEOUT_FIELDS} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {isSet, mostSpecific, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const ineffectiveAdaptiveLimit: Rule = builtIn('RL219', {
  needs: ['concurrency'],
  fields: ['concurrency', 'concurrency.start', 'concurrency.min', 'concurrency.max', 'concurrency.decreaseRatio'],
  reads: ['attemptTimeoutMs', 'budget', 'objective', ...TIMEOUT_FIELDS],

  *check(scope): Iterable<Draft> {
    const {concurrency} = scope.policy;
    // RL401 reports a minimum above the maximum.
    if (concurrency?.kind !== 'adaptive') return;
    const {start, max, decreaseRatio} = concurrency;
    const min = leastConcurrency(concurrency);
    if (min > max) return;
    if (min === max)
      yield {
        at: mostSpecific(scope, 'concurrency.min', 'concurrency.max'),
        message: `The limit is always ${max}, because min and max are equal. Lower min, or set kind to "fixed".`,
      };
    else {
      yield* movedStart(scope, start, min, max);
      yield* minAboveTraffic(scope, min);
    }
    if (decreaseRatio <= LARGEST_RATIO) return;
    const decreases = Math.ceil(Math.log(0.5) / Math.log(decreaseRatio));
    yield {
      at: 'concurrency.decreaseRatio',
      message: `A decrease leaves ${decreaseRatio} of the limit, so it takes ${decreases} decreases, one per round trip, to halve the load on a server that throttles. Set decreaseRatio to at most ${LARGEST_RATIO}.`,
      fix: setting(scope, 'concurrency.decreaseRatio', DEFAULT_RATIO),
    };
  },
});

/** Also with attempts that all time out, the traffic stays below the least limit. */
function* minAboveTraffic(scope: Scope, min: number): Iterable<Draft> {
  const {attemptTimeoutMs, budget, objective} = scope.policy;
  const rps = objective?.assume?.rps;
  if (rps === undefined || attemptTimeoutMs === null || !isSet(scope, 'concurrency.min')) return;
  // Without a budget every timeout may be retried.
  const attempts = budget === null && retriesTimeouts(scope) ? retriesOf(scope.policy) + 1 : 1;
  const most = inFlight(rps * attempts, attemptTimeoutMs);
  if (min <= most) return;
  yield {
    at: 'concurrency.min',
    message: `The limit never falls below ${min}, and at ${formatCount(rps, 'call')} per second, at most ${formatNumber(most)} attempts are in flight: it refuses none. Lower min.`,
  };
}

/** Seven decreases halve the limit. */
const LARGEST_RATIO = 0.9;
const DEFAULT_RATIO = 0.9;

function* movedStart(scope: Scope, start: number | undefined, min: number, max: number): Iterable<Draft> {
  if (start === undefined || (start >= min && start <= max)) return;
  const isAbove = start > max;
  const bound = isAbove ? max : min;
  yield {
    at: 'concurrency.start',
    message: `The limit starts at ${bound}, not at ${start}, because ${isAbove ? 'max' : 'min'} is ${bound}. ${isAbove ? 'Lower start or raise max' : 'Raise start or lower min'}.`,
    related: relatedTo(scope, `concurrency.${isAbove ? 'max' : 'min'}`),
    fix: setting(scope, 'concurrency.start', bound),
  };
}
