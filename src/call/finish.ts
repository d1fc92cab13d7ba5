/** How a call ends: once, with its observer and its listeners notified and what the budget holds for it given back. */
import {endCall} from '../client/observe.ts';
import {type RejectedError, SteadfetchError} from '../core/errors.ts';
import {type AttemptResponse, failed, type Outcome} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import {textOf} from '../core/unknown-value.ts';
import type {Refusal} from '../decide/may-retry.ts';
import type {Transport} from '../transport/transport.ts';
import {classificationOf, type Sent} from './assess.ts';
import type {CallContext, CallFacts} from './context.ts';
import {BROKEN, refuse, SUCCEEDED} from './decision.ts';
import {listenerOf} from './notify.ts';
import {attachReport, explain, resultOf} from './report.ts';
import {abortedOutcome, deadlineOutcome} from './wait.ts';

/** Has an effect exactly once. */
export function finishCall(call: CallFacts, outcome: Outcome, now: number = call.client.clock.now()): void {
  if (call.ending !== null) return;
  call.reservation?.giveBack(now);
  const result = resultOf(call, outcome);
  const reason = result === 'success' ? 'answered' : explain(call, outcome.kind, outcome.status);
  const durationMs = now - call.startedAt;
  const status = outcome.response?.status;
  call.ending = {result, reason, durationMs};
  if (call.span !== null) endCall(call.span, call, outcome, result, reason, durationMs);
  listenerOf(call)?.({type: 'call.end', call, result, status, durationMs, reason});
  attachReport(call, outcome);
}

/** Nothing more will be sent. */
export function endTransport<R extends AttemptResponse>(transport: Transport<R>, outcome: Outcome<R>): void {
  quietly(() => {
    if (outcome.response === null && !outcome.reachedTransport) transport.unsent?.(outcome.error);
    transport.ended?.();
  });
}

/** The last attempt succeeded. */
export function noteSuccess(call: CallFacts, now: number): void {
  call.decision = SUCCEEDED;
  call.failover?.succeeded(call.guards, now);
  const {budget} = call.guards;
  if (budget === null) return;
  if (call.attempts === 1) budget.firstTrySucceeded(now);
  else call.reservation?.succeeded(now);
}

/** A guard refused to send. */
export function refusedOutcome<R extends AttemptResponse>(
  call: CallContext<R>,
  refusal: Refusal,
  error: RejectedError,
): Outcome<R> {
  const outcome = failed('rejected', error, false);
  call.decision = refuse(classificationOf(call, outcome), refusal);
  return outcome;
}

/** The caller aborted, or the deadline came, while nothing was sent. */
export function stoppedOutcome<R extends AttemptResponse>(call: CallContext<R>, isAborted: boolean): Outcome<never> {
  const outcome = isAborted ? abortedOutcome(call) : deadlineOutcome(call);
  call.decision = refuse(classificationOf(call, outcome), isAborted ? 'not-transient' : 'deadline');
  return outcome;
}

/**
 * A step of the call threw: nothing of the call is left, and it ends with an error that has the exception as its cause.
 *
 * @param held What the caller has not got, and will not get.
 * @returns When that was, too: the clock may be what threw.
 */
export function breakCall<R extends AttemptResponse>(
  call: CallContext<R>,
  error: unknown,
  held: Sent<R> | null,
): {readonly outcome: Outcome<never>; readonly now: number} {
  const message = `An exception ended the call: ${textOf(error)}`;
  const outcome = failed('other', new SteadfetchError('INTERNAL', message, error), call.lastReachedTransport);
  let now = call.startedAt;
  call.decision = BROKEN;
  quietly(() => {
    now = call.client.clock.now();
  });
  for (const wait of call.retryStateIfAny?.waits ?? []) quietly(() => wait.end());
  held?.attempt.abandon(error, held.outcome.response);
  quietly(() => call.reservation?.giveBack(now));
  if (!call.lastReachedTransport) quietly(() => call.reservation?.unspend(now));
  return {outcome, now};
}
