/** The few calls that are worth a look attempt by attempt: one for each kind of trouble. */
import {type Fate, failingArrivals, fateOf} from './faults.ts';
import type {Call} from './traffic.ts';

const troubles: readonly ((fate: Fate, call: Call, failing: number) => boolean)[] = [
  (fate, {method}) => method === 'POST' && fate.kind === 'reset' && fate.worked,
  (fate, {method}) => method === 'POST' && fate.kind === 'hang' && fate.worked,
  fate => fate.kind === 'throttled' && fate.hint === 'retry-after-ms',
  fate => fate.kind === 'throttled' && fate.hint === 'seconds',
  fate => fate.kind === 'throttled' && fate.hint === 'date',
  (fate, _, failing) => fate.kind === 'status' && failing === 2,
  (_fate, _call, failing) => failing === Number.POSITIVE_INFINITY,
];

export function showcase(seed: number, calls: readonly Call[]): readonly Call[] {
  const found = troubles.map(meets =>
    calls.find(call => {
      const failing = failingArrivals(seed, call.id);
      return failing > 0 && meets(fateOf(seed, call.id, 1), call, failing);
    }),
  );
  return [...new Set(found.filter(call => call !== undefined))];
}
