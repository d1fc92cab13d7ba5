import {formatShare} from '../analysis/format.ts';
import {isModelRoute} from '../analysis/model-route.ts';
import {mayRepeat, mayRetry, namedMethods} from '../analysis/retryability.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const hedgesPaidTwice: Rule = builtIn('RL115', {
  needs: ['hedge'],
  fields: ['hedge'],
  reads: ['idempotency', 'idempotentMethods', 'match', 'maxAttempts', 'paid'],

  *check(scope): Iterable<Draft> {
    const {hedge, paid} = scope.policy;
    if (hedge === null || hedge.maxLoadRatio === 0 || !mayRetry(scope) || !mayRepeat(scope)) return;
    if (paid === null ? !isModelRoute(scope) : paid.maxPaidAttempts < 2) return;
    if (namedMethods(scope)?.every(method => READS.includes(method))) return;
    const most = Math.min(hedge.maxLoadRatio, 1 - (hedge.quantile ?? 0));
    yield {
      at: 'hedge',
      message: `A hedge of a paid call is a second call: up to ${formatShare(most)} of the calls are paid for twice, and one of the answers is thrown away. Remove the hedge.`,
      fix: {title: 'Remove the hedge', changes: [{do: 'set', path: 'hedge', value: null}]},
    };
  },
});

/** Models generate in answer to a POST. */
const READS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
