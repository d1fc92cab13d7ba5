/** The prediction of RL309 beside the objective. */

import {formatCount, formatNumber, formatShare} from '../analysis/format.ts';
import {isPredictable, predictionOfScope} from '../analysis/prediction.ts';
import type {Scope} from '../model/scope.ts';
import {type Block, table, text} from './blocks.ts';

export function predictionBlocks(scope: Scope): Block[] {
  const prediction = predictionOfScope(scope);
  if (prediction === undefined) return [text(whyNot(scope))];
  const {latencyMs = {}, successRatio, assume = {}} = scope.policy.objective ?? {};
  const bound = (ms: number): string => (Number.isFinite(ms) ? scope.words.ms(Math.ceil(ms)) : 'never');
  const promised = (ms: number | undefined): string => (ms === undefined ? '' : scope.words.ms(ms));
  const rows = [
    ['p50', bound(prediction.quantile(0.5)), promised(latencyMs.p50)],
    ['p95', bound(prediction.quantile(0.95)), promised(latencyMs.p95)],
    ['p99', bound(prediction.quantile(0.99)), promised(latencyMs.p99)],
    ['slowest', bound(prediction.worstMs), promised(latencyMs.max)],
    ['succeed', formatShare(prediction.successRatio), successRatio === undefined ? '' : formatShare(successRatio)],
    ['attempts per call', formatNumber(prediction.meanAttempts), ''],
    ['retries the budget grants', formatShare(prediction.grantedRatio), ''],
  ];
  const {failureRatio = 0, failureLatencyMs = 0, hangRatio = 0, rps} = assume;
  const failing = failureLatencyMs === 0 ? 'at once' : `after ${scope.words.ms(failureLatencyMs)}`;
  const traffic = [
    `${formatShare(failureRatio)} of the attempts fail ${failing}`,
    `${formatShare(hangRatio)} hang`,
    ...(rps === undefined ? [] : [`${formatCount(rps, 'call')} per second`]),
  ];
  return [
    table(['', 'predicted', 'objective'], rows),
    text(
      `Assumed: ${traffic.join(', ')}, and the latencies of a response. A failed call counts as slower than any percentile.`,
    ),
  ];
}

function whyNot(scope: Scope): string {
  if (isPredictable(scope)) return 'Nothing is predicted.';
  const {objective, hedge, maxAttempts} = scope.policy;
  const needs =
    'A prediction needs a latency or success objective, and two of p50, p95 and p99 in objective.assume.latencyMs';
  if (objective !== null && hedge !== null)
    return `${needs}, and a hedge that is never refused: within maxLoadRatio, after failures and timeouts that are retried.`;
  if (typeof maxAttempts !== 'number') return `${needs}, and a number of attempts.`;
  return `${needs}.`;
}
