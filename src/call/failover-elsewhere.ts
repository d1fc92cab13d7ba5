/** A retry at another endpoint than the one that failed. */
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import type {Classification} from '../decide/classification.ts';
import type {ServerHint} from '../decide/server-hint.ts';
import type {CallContext} from './context.ts';
import type {Failover} from './failover.ts';
import {amountsAt} from './quota-port.ts';

/** Whether the retry goes to another endpoint, and whether the call has tried that before; null where it stays, or no other is free. */
export function elsewhereAfter<R extends AttemptResponse>(
  call: CallContext<R>,
  failover: Failover,
  outcome: Outcome<R>,
  classification: Classification,
  hint: ServerHint | null,
  now: number,
): 'tried' | 'untried' | null {
  const {guards, attempts, retryState} = call;
  retryState.failedAt = {guards, attempt: attempts};
  failover.failed(guards, outcome, classification, hint?.ms ?? 0, now);
  const place = failover.another(guards, amountsAt(call), now);
  if (place === null) return null;
  return failover.hasTried(place) ? 'tried' : 'untried';
}
