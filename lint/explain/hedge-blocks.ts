/** Load that hedges add, by their delay. */

import {latencyCdf} from '../../src/math/attempt-latency.ts';
import {formatShare} from '../analysis/format.ts';
import {hedgedShareOf} from '../analysis/hedging.ts';
import type {Scope} from '../model/scope.ts';
import {type Block, table, text} from './blocks.ts';

export function hedgeBlocks({policy, words}: Scope): Block[] {
  const {hedge, objective} = policy;
  if (hedge === null) return [text('The policy has no hedge.')];
  const {delayMs, quantile, maxLoadRatio} = hedge;
  const hedged = hedgedShareOf(policy);
  const quantiles = objective?.assume?.latencyMs;
  const row = (when: string, share: number, exact = true): string[] => [
    when,
    `${exact ? '' : 'at least '}${formatShare(share)}`,
    formatShare(Math.min(share, maxLoadRatio)),
  ];
  const now = quantile === undefined ? `${words.ms(delayMs ?? 0)}, as written` : `quantile ${quantile}, as written`;
  const cdf = latencyCdf(quantiles);
  const stated = (['p50', 'p95', 'p99'] as const).flatMap(name => {
    const ms = quantiles?.[name];
    return ms === undefined || cdf === undefined ? [] : [row(`${words.ms(ms)}, the ${name}`, 1 - cdf(ms))];
  });
  const rows = [...(hedged === undefined ? [] : [row(now, hedged.share, hedged.isExact)]), ...stated];
  return [
    ...(rows.length === 0 ? [] : [table(['hedge after', 'attempts in flight then', 'calls hedged'], rows)]),
    text(
      `${formatShare(maxLoadRatio)} of the calls may be hedged. If the whole server is slow, every attempt is due for a hedge, and the load is ${formatShare(1 + maxLoadRatio)} of the calls.`,
    ),
  ];
}
