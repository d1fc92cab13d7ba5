import {formatCount, formatList, formatNumber, formatShare} from '../analysis/format.ts';
import {fittingDeadline} from '../analysis/lost-effects.ts';
import {isPredictable, type Prediction, predictionOfScope, worstMs} from '../analysis/prediction.ts';
import {missesOf, promiseOf} from '../analysis/promises.ts';
import {relatedTo} from '../analysis/related.ts';
import {mayRepeat, retriesOf} from '../analysis/retryability.ts';
import {suggestionsToEnd} from '../analysis/suggested-values.ts';
import {isSetHere, isSure, mostSpecific, type Scope} from '../model/scope.ts';
import type {Check, Draft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const predictedMiss: Check = {
  needs: ['objective'],
  fields: ['objective', 'maxAttempts', 'attemptTimeoutMs', 'deadlineMs', 'backoff', 'retryOn', 'hedge'],
  reads: ['budget', 'idempotency', 'idempotentMethods', 'match', 'paid'],

  *check(scope): Iterable<Draft> {
    const prediction = predictionOfScope(scope);
    if (prediction === undefined) return yield* unreachableShare(scope);
    const misses = missesOf(scope, prediction);
    if (misses.length === 0) return;
    const fields = ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts', 'backoff'].filter(path => isSetHere(scope, path));
    yield {
      at: mostSpecific(scope, 'objective', ...fields),
      message: `With the assumed traffic, ${formatList(misses)}. A call makes ${formatCount(Number(formatNumber(prediction.meanAttempts)), 'attempt')} on average${grantedText(prediction)}.`,
      related: relatedTo(scope, 'objective'),
    };
  },
};

/** Without latencies, the share of calls whose attempts do not all fail: more cannot succeed. */
function* unreachableShare(scope: Scope): Iterable<Draft> {
  const {policy} = scope;
  const {successRatio, assume} = policy.objective ?? {};
  const failed = Math.min(1, (assume?.failureRatio ?? 0) + (assume?.hangRatio ?? 0));
  if (successRatio === undefined || failed === 0 || policy.maxAttempts === null || assume?.latencyMs !== undefined)
    return;
  if (!isSure(scope, 'objective', 'maxAttempts', 'retryOn')) return;
  const attempts = mayRepeat(scope) && policy.retryOn.length > 0 ? retriesOf(policy) + 1 : 1;
  const succeeded = 1 - failed ** attempts;
  if (succeeded >= successRatio - 1e-6) return;
  yield {
    at: mostSpecific(scope, 'objective', 'maxAttempts'),
    message: `At most ${formatShare(succeeded)} of the calls succeed with ${formatCount(attempts, 'attempt')} (objective: ${formatShare(successRatio)}), because ${formatShare(failed)} of the attempts are assumed to fail. Allow more attempts, or promise less.`,
    related: relatedTo(scope, 'objective.assume'),
  };
}

const grantedText = ({grantedRatio}: Prediction): string =>
  grantedRatio < 1 ? `; the budget grants ${formatShare(grantedRatio)} of the retries` : '';

const FITTING = ['idempotency', 'idempotentMethods', 'match', 'paid'];

const lateWorstCase: FormerCheck = {
  formerly: 'RL307',
  severity: 'error',
  confidence: 'high',
  needs: ['objective'],
  fields: ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts', 'objective'],
  reads: ['backoff', 'hedge', 'retryOn', ...FITTING],
  bears: FITTING,

  *check(scope, scopes): Iterable<Draft> {
    const {policy} = scope;
    const promised = promiseOf(scope);
    if (promised === undefined || policy.maxAttempts === null || isPredictable(scope)) return;
    const fields = ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts'];
    const worst = worstMs(policy);
    if (worst <= promised.ms) return;
    yield {
      at: mostSpecific(scope, ...fields, promised.path),
      message: `${formatWorst(scope, worst)} the objective of ${scope.words.ms(promised.ms)} (${promised.name}). Set a shorter deadline.`,
      severity: promised.isMax ? 'error' : 'warning',
      related: relatedTo(scope, promised.path),
      suggestions: suggestionsToEnd(scope, Math.max(1, Math.floor(promised.ms))).flatMap(each =>
        fittingDeadline(scope, scopes, each),
      ),
    };
  },
};

function formatWorst({policy, words}: Scope, worst: number): string {
  if (!Number.isFinite(worst)) return 'A call has no time limit, so it can exceed';
  if (worst === policy.deadlineMs) return `A call can take the whole deadline of ${words.ms(worst)}, above`;
  const attempts = retriesOf(policy) + 1;
  const sum = attempts === 1 ? 'One attempt' : `${attempts} attempts with their waits`;
  return `${sum} can take ${words.ms(worst)}, above`;
}

export const missedObjective: Rule = builtIn('RL309', predictedMiss, lateWorstCase);
