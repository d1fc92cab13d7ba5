/** What `objective` promises, and which promises the policy does not keep. */

import type {Scope} from '../model/scope.ts';
import {formatShare} from './format.ts';
import type {Prediction} from './prediction.ts';

/** The promises that a prediction does not keep, each as a clause. */
export function missesOf({policy, words}: Scope, prediction: Prediction): string[] {
  const {latencyMs = {}, successRatio} = policy.objective ?? {};
  const misses: string[] = [];
  for (const [name, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
    ['p99', 0.99],
  ] as const) {
    const promised = latencyMs[name];
    const predicted = promised === undefined ? 0 : prediction.quantile(share);
    // The quantile is found by bisection, to a thousandth.
    if (promised === undefined || predicted <= promised * 1.001) continue;
    const says = Number.isFinite(predicted) ? `is ${words.ms(Math.ceil(predicted))}` : 'is never reached';
    misses.push(`${name} ${says} (objective: ${words.ms(promised)})`);
  }
  if (latencyMs.max !== undefined && prediction.worstMs > latencyMs.max) {
    const slowest = Number.isFinite(prediction.worstMs) ? `takes ${words.ms(prediction.worstMs)}` : 'never ends';
    misses.push(`the slowest call ${slowest} (objective: ${words.ms(latencyMs.max)})`);
  }
  if (successRatio !== undefined && prediction.successRatio < successRatio - 1e-6) {
    misses.push(
      `${formatShare(prediction.successRatio)} of the calls succeed (objective: ${formatShare(successRatio)})`,
    );
  }
  return misses;
}

export interface Promised {
  readonly ms: number;
  readonly path: string;
  readonly name: string;
  readonly isMax: boolean;
}

/** The promise for the slowest calls. */
export function promiseOf({policy}: Scope): Promised | undefined {
  const {max, p99} = policy.objective?.latencyMs ?? {};
  if (max !== undefined) return {ms: max, path: 'objective.latencyMs.max', name: 'maximum', isMax: true};
  if (p99 === undefined) return undefined;
  return {ms: p99, path: 'objective.latencyMs.p99', name: '99th percentile', isMax: false};
}
