/** Admission of a call that has several endpoints: at the one that is free, or first free. */
import type {Readiness} from '../client/ready-port.ts';
import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import type {CircuitBreaker} from '../guards/breaker.ts';
import {admit, admitHere, waitToAskAgain} from './admission.ts';
import {type Applicant, refuseAttempt} from './applicant.ts';
import type {CallContext} from './context.ts';
import type {Failover, Place} from './failover.ts';
import {bringsKey} from './ids.ts';
import {moveTo} from './move.ts';
import {amountsAt, quotas} from './quota-port.ts';

/** What `useReadyPaths` makes, as calls wait for it. */
export interface AwaitedReadiness extends Readiness {
  /**
   * Waits until the endpoint is ready, may be asked again, or it is the call's turn. Refuses a call that cannot wait so long.
   *
   * @param again Asks for admission anew, after the wait.
   */
  admitLater<R extends AttemptResponse>(
    call: CallContext<R>,
    applicant: Applicant<R>,
    now: number,
    again: typeof admit<R>,
  ): void;
}

/** At the endpoint that is free. Where none is, the call waits for the first one. */
export function admitAtEndpoint<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  failover: Failover,
  now: number,
): void {
  failover.confineBy(call.transport, bringsKey(call));
  if (call.guards.accounts !== null) failover.account = quotas.steps!.accountAt(call);
  const place = failover.choose(call.guards, amountsAt(call), call.attempts > 0, now);
  for (const endpoint of failover.passedOver(place)) failover.readinessAt(endpoint)?.askIfAway(call, now);
  if (place.readiness !== null) return (place.readiness as AwaitedReadiness).admitLater(call, applicant, now, admit);
  failover.enter(place, now);
  if (failover.isConfined) return admitHere(call, applicant, now);
  // The queues of a quota and of a concurrency limit know better when it is this call's turn.
  if (place.closedMs > 0) return waitForEndpoint(call, applicant, place, now);
  moveTo(call, failover, place.guards);
  admitHere(call, applicant, now);
}

/**
 * The breaker opened while the call waited for its place, or gave no lease of a probe: another endpoint may be free.
 *
 * @returns False where the call has to be refused.
 */
export function admitBeside<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  failover: Failover,
  breaker: CircuitBreaker,
  now: number,
): boolean {
  if (!failover.mayPassOver('breaker-open')) return false;
  const place = failover.another(call.guards, amountsAt(call), now);
  if (place !== null && place.readiness === null) {
    moveTo(call, failover, place.guards);
    admitHere(call, applicant, now);
  } else if (place !== null || breaker.refuses(now)) admitAtEndpoint(call, applicant, failover, now);
  else return false;
  return true;
}

/** No endpoint is free: this one will be first. */
function waitForEndpoint<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  {endpoint, freeInMs, closedMs}: Place,
  now: number,
): void {
  const {plan, deadlineAt, retryState} = call;
  const isTooLong = retryState.waitedForEndpointsMs + closedMs > plan.policy.retryAfter.maxMs;
  if (isTooLong || now + freeInMs + LEAST_ATTEMPT_MS > deadlineAt) {
    const message = `No endpoint of this call is free in time: the first, ${endpoint.name}, is in ${Math.ceil(freeInMs)} ms.`;
    return refuseAttempt(call, applicant, 'NO_ENDPOINT', endpoint.origin, message, freeInMs);
  }
  retryState.waitedForEndpointsMs += closedMs;
  waitToAskAgain(call, applicant, closedMs);
}
