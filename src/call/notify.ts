/** Tells the span and the listeners what happens to a call. Records are made only where someone listens. */

import {emit} from '../client/observe.ts';
import type {RejectedError} from '../core/errors.ts';
import type {AttemptEndEvent} from '../core/events.ts';
import type {Outcome} from '../core/outcome.ts';
import type {Judgement} from './decision.ts';
import {explain} from './report.ts';
import type {CallState} from './state.ts';

/** An attempt, as far as it is told. */
type Told = Pick<AttemptEndEvent, 'kind'> & {readonly number: number; readonly startedAt: number};

export function tellAttemptEnded(
  call: CallState,
  attempt: Told,
  {kind, response}: Outcome,
  reason: string,
  now: number,
): void {
  call.engine.on?.(attemptEnd(call, attempt, kind, response?.status, reason, now));
}

export function tellSuperseded(call: CallState, attempt: Told, now: number): void {
  call.engine.on?.(attemptEnd(call, attempt, 'superseded', undefined, 'another attempt was answered first', now));
}

function attemptEnd(
  call: CallState,
  {number, kind, startedAt}: Told,
  outcome: AttemptEndEvent['outcome'],
  status: number | undefined,
  reason: string,
  now: number,
): AttemptEndEvent {
  return {type: 'attempt.end', call, attempt: number, kind, outcome, status, latencyMs: now - startedAt, reason};
}

export function tellScheduled(call: CallState, {verdict, waitMs, waitSource, hint}: Judgement): void {
  const attempt = call.attempts + 1;
  const {reason} = verdict;
  emit(call.trace, 'retry.scheduled', {attempt, reason, waitMs, waitSource});
  call.engine.on?.({type: 'retry.scheduled', call, attempt, waitMs, waitSource, retryAfterMs: hint?.ms, reason});
}

/** Only where a resend was thought of: what is not transient, or left to another loop, was never abandoned. */
export function tellAbandoned(call: CallState, {verdict, refusal, hint}: Judgement, outcome: Outcome): void {
  if (!verdict.transient || call.plan.observesOnly) return;
  emit(call.trace, 'retry.abandoned', {reason: refusal!});
  call.engine.on?.({
    type: 'retry.abandoned',
    call,
    reason: explain(call, outcome.kind, outcome.status),
    retryAfterMs: hint?.ms,
  });
}

export function tellHedged(call: CallState, delayMs: number): void {
  const attempt = call.attempts;
  emit(call.trace, 'hedge.started', {attempt, waitMs: delayMs});
  call.engine.on?.({type: 'hedge.started', call, attempt, delayMs});
}

export function tellRejected(call: CallState, {code, retryAfterMs}: RejectedError): void {
  emit(call.trace, 'breaker.rejected', {reason: code, waitMs: retryAfterMs ?? 0});
  call.engine.on?.({type: 'call.rejected', call, code, retryAfterMs});
}

/** ky's own options won over the policy. */
export function tellOverridden(call: CallState, by: readonly string[]): void {
  emit(call.trace, 'policy.overridden', {reason: by.join(', ')});
  call.engine.on?.({type: 'policy.overridden', call, by});
}
