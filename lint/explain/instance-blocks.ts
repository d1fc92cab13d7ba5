/** Retries that the budgets of all processes allow together. */

import {defaultPolicy} from '../../src/policy/defaults.ts';
import {formatNumber} from '../analysis/format.ts';
import type {Scope} from '../model/scope.ts';
import {type Block, table, text} from './blocks.ts';

export function instanceBlocks({policy}: Scope): Block[] {
  const {objective} = policy;
  const budget = policy.budget ?? defaultPolicy.budget;
  const instances = objective?.instances;
  if (instances === undefined || budget === null) return [text('objective.instances is not set.')];
  const rps = objective?.assume?.rps;
  const row = (what: string, each: number): string[] => [what, formatNumber(each), formatNumber(each * instances)];
  const rows = [
    ...(rps === undefined ? [] : [row('calls per second', rps)]),
    ...(budget.kind === 'ratio'
      ? [
          ...(rps === undefined ? [] : [row('retries per second, by ratio', budget.ratio * rps)]),
          row('retries per second, by minPerSecond', budget.minPerSecond),
        ]
      : budget.retryCost === 0
        ? []
        : [
            row('retries from a full bucket', Math.floor(budget.capacity / budget.retryCost)),
            row('retries per second, by refill', budget.refillPerMinute / 60 / budget.retryCost),
          ]),
  ];
  return rows.length === 0 ? [] : [table(['', 'one process', `all ${instances}`], rows)];
}
