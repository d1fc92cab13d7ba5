import {formatNumber} from '../analysis/format.ts';
import {isLight, isRare} from '../analysis/rare-calls.ts';
import {isIdle, mayRetry, retriesOf} from '../analysis/retryability.ts';
import {assign} from '../analysis/setting.ts';
import type {Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const missingBudget: Rule = builtIn('RL207', {
  needs: ['budget'],
  fields: ['budget'],
  reads: ['breaker', 'deadlineMs', 'maxAttempts', 'objective', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const retries = retriesOf(scope.policy);
    if (scope.policy.budget !== null || !mayRetry(scope) || isIdle(scope) || isRare(scope) || isStopped(scope)) return;
    const load = Number.isFinite(retries) ? `${formatNumber(retries + 1)} times the load` : 'unlimited load';
    yield {
      at: 'budget',
      message: `No budget limits retries: when every call fails, the server gets up to ${load}. Set a budget.`,
      fix: assign('Use the default budget', 'budget', {kind: 'token-bucket'}),
    };
  },
});

/** By the breaker, and before that it is little. */
const isStopped = (scope: Scope): boolean => scope.policy.breaker !== null && isLight(scope);
