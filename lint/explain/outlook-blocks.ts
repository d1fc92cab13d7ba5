/** What RL309 predicts, beside what was promised. */

import type {Scope} from '../model/scope.ts';
import {isPredictable, outlookOfScope} from '../rules/outlook.ts';
import {sayMs, sayNumber, sayShare} from '../rules/say.ts';
import {type Block, table, text} from './blocks.ts';

export function outlookBlocks(scope: Scope): Block[] {
  const outlook = outlookOfScope(scope);
  if (outlook === undefined) return [text(whyNot(scope))];
  const {latencyMs = {}, successRatio, assume = {}} = scope.policy.objective ?? {};
  const bound = (ms: number): string => (Number.isFinite(ms) ? sayMs(Math.ceil(ms)) : 'never');
  const promised = (ms: number | undefined): string => (ms === undefined ? '' : sayMs(ms));
  const rows = [
    ['p50', bound(outlook.quantile(0.5)), promised(latencyMs.p50)],
    ['p95', bound(outlook.quantile(0.95)), promised(latencyMs.p95)],
    ['p99', bound(outlook.quantile(0.99)), promised(latencyMs.p99)],
    ['slowest', bound(outlook.worstMs), promised(latencyMs.max)],
    ['succeed', sayShare(outlook.successRatio), successRatio === undefined ? '' : sayShare(successRatio)],
    ['attempts for each call', sayNumber(outlook.meanAttempts), ''],
    ['resends the budget grants', sayShare(outlook.granted), ''],
  ];
  const {failureRatio = 0, hangRatio = 0, rps} = assume;
  const traffic = [
    `${sayShare(failureRatio)} of the attempts fail at once`,
    `${sayShare(hangRatio)} never answer`,
    ...(rps === undefined ? [] : [`${sayNumber(rps)} calls a second`]),
  ];
  return [
    table(['', 'predicted', 'promised'], rows),
    text(
      `Assumed: ${traffic.join(', ')}, and the latencies of an answer. A failed call counts as slower than any percentile.`,
    ),
  ];
}

function whyNot(scope: Scope): string {
  if (isPredictable(scope)) return 'Nothing is predicted.';
  const {objective, hedge, maxAttempts} = scope.policy;
  const needs = 'A prediction needs a promise in objective and two of p50, p95 and p99 in objective.assume.latencyMs';
  if (objective !== null && hedge !== null) return `${needs}, and no hedge: hedges are not modelled.`;
  if (typeof maxAttempts !== 'number') return `${needs}, and a number of attempts.`;
  return `${needs}.`;
}
