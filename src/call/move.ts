/** A call goes to another of its endpoints. */
import type {AttemptResponse} from '../core/outcome.ts';
import type {Guards} from '../guards/origin-guards.ts';
import type {CallContext} from './context.ts';
import type {Failover} from './failover.ts';
import {notifyFailover} from './notify.ts';

/**
 * The next attempt goes to the endpoint of these guards.
 *
 * @param failover Of the call.
 */
export function moveTo<R extends AttemptResponse>(call: CallContext<R>, failover: Failover, guards: Guards): void {
  const from = failover.endpointOf(call.guards);
  const to = failover.endpointOf(guards);
  call.guards = guards;
  if (!failover.isFailover(from, to)) return;
  const reason = call.attempts === 0 ? 'passed over' : (call.decision?.classification.reason ?? 'slow');
  notifyFailover(call, from.name, to.name, reason);
}
