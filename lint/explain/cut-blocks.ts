/** Share of good responses that a time limit cuts off, and its cost. */

import {latencyCdf} from '../../src/math/attempt-latency.ts';
import {meanAttempts, successRatio} from '../../src/math/success.ts';
import {formatShare} from '../analysis/format.ts';
import {retriesOf, retriesTimeouts} from '../analysis/retryability.ts';
import type {Scope} from '../model/scope.ts';
import {type Block, table, text} from './blocks.ts';

export function cutBlocks(scope: Scope): Block[] {
  const {attemptTimeoutMs, deadlineMs, objective} = scope.policy;
  const quantiles = objective?.assume?.latencyMs;
  const cdf = latencyCdf(quantiles);
  if (cdf === undefined)
    return [text('To compute the lost responses, set two of p50, p95 and p99 in objective.assume.latencyMs.')];
  const limitMs = Math.min(attemptTimeoutMs ?? Infinity, deadlineMs ?? Infinity);
  const attempts = retriesTimeouts(scope) ? Math.min(retriesOf(scope.policy) + 1, MOST_ATTEMPTS) : 1;
  const limits: [string, number][] = Number.isFinite(limitMs)
    ? [[`${scope.words.ms(limitMs)}, as written`, limitMs]]
    : [];
  for (const name of ['p50', 'p95', 'p99'] as const) {
    const ms = quantiles?.[name];
    if (ms !== undefined) limits.push([`${scope.words.ms(ms)}, the ${name}`, ms]);
  }
  const rows = limits.map(([limit, ms]) => {
    const lost = 1 - cdf(ms);
    return [
      limit,
      formatShare(lost),
      String(Number(meanAttempts(attempts, lost).toFixed(2))),
      formatShare(successRatio(attempts, lost)),
    ];
  });
  return [
    table(['attempts end after', 'good responses lost', 'attempts per call', 'calls that succeed'], rows),
    text(
      `For a healthy server, ${attempts === 1 ? 'without retries' : `with up to ${attempts} attempts`}, without deadline and budget.`,
    ),
  ];
}

/** More attempts do not change the table. */
const MOST_ATTEMPTS = 1000;
