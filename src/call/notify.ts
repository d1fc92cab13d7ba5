/** Notifies the span and the listeners of the events of a call. */

import {emit, runIn} from '../client/observe.ts';
import type {AttemptKind} from '../core/call-view.ts';
import type {RejectedError} from '../core/errors.ts';
import type {AttemptEndEvent, Listener, SteadfetchEvent} from '../core/events.ts';
import type {CallEventFacts, CallEventName} from '../core/observer.ts';
import type {Outcome} from '../core/outcome.ts';
import type {Classification} from '../decide/classification.ts';
import type {OuterRetries} from '../decide/outer-retries.ts';
import type {Guards} from '../guards/origin-guards.ts';
import type {CallFacts} from './context.ts';
import type {RetryDecision} from './decision.ts';
import {explain} from './report.ts';

interface EndedAttempt {
  readonly kind: AttemptKind;
  readonly number: number;
  readonly startedAt: number;
  readonly guards: Guards;
}

type Classified = Pick<Classification, 'reason' | 'transient' | 'sent'>;

const SUPERSEDED: Classified = {
  reason: 'another attempt was answered first',
  transient: false,
  sent: 'maybe-processed',
};

/** The listener of the client, in the context of the call; null where there is none. */
export function listenerOf({client, span}: CallFacts): Listener | null {
  const {on} = client;
  return on === null || span === null ? on : event => runIn(span, () => on(event));
}

/** @param facts What the event of the span says. */
function tell(call: CallFacts, facts: CallEventFacts, event: SteadfetchEvent & {readonly type: CallEventName}): void {
  emit(call.span, event.type, facts);
  listenerOf(call)?.(event);
}

export function notifyAttemptEnded(
  call: CallFacts,
  attempt: EndedAttempt,
  {kind, response}: Outcome,
  classification: Classified,
  now: number,
): void {
  listenerOf(call)?.(attemptEnd(call, attempt, kind, response?.status, classification, now));
}

export function notifySuperseded(call: CallFacts, attempt: EndedAttempt, now: number): void {
  listenerOf(call)?.(attemptEnd(call, attempt, 'superseded', undefined, SUPERSEDED, now));
}

function attemptEnd(
  call: CallFacts,
  {number, kind, startedAt, guards}: EndedAttempt,
  outcome: AttemptEndEvent['outcome'],
  status: number | undefined,
  {reason, transient, sent}: Classified,
  now: number,
): AttemptEndEvent {
  const latencyMs = now - startedAt;
  const endpoint = call.failover?.endpointOf(guards).name;
  return {
    type: 'attempt.end',
    call,
    attempt: number,
    kind,
    endpoint,
    outcome,
    status,
    latencyMs,
    reason,
    transient,
    sent,
  };
}

export function notifyScheduled(call: CallFacts, {classification, waitMs, waitSource, hint}: RetryDecision): void {
  const attempt = call.attempts + 1;
  const {reason} = classification;
  tell(
    call,
    {attempt, reason, waitMs, waitSource},
    {type: 'retry.scheduled', call, attempt, waitMs, waitSource, retryAfterMs: hint?.ms, reason},
  );
}

/** Only where a retry was considered: an outcome that is not transient, or is left to another loop, was never abandoned. */
export function notifyAbandoned(
  call: CallFacts,
  {classification, refusal, hint}: RetryDecision,
  outcome: Outcome,
): void {
  if (!classification.transient || call.plan.observesOnly) return;
  tell(
    call,
    {reason: refusal!},
    {
      type: 'retry.abandoned',
      call,
      reason: explain(call, outcome.kind, outcome.status),
      retryAfterMs: hint?.ms,
    },
  );
}

export function notifyHedged(call: CallFacts, delayMs: number): void {
  const attempt = call.attempts;
  tell(call, {attempt, waitMs: delayMs}, {type: 'hedge.started', call, attempt, delayMs});
}

export function notifyFailover(call: CallFacts, from: string, to: string, reason: string): void {
  const attempt = call.attempts + 1;
  tell(call, {attempt, reason, from, to}, {type: 'call.failover', call, attempt, from, to, reason});
}

export function notifyQueued(call: CallFacts, guard: 'quota' | 'breaker', waitMs: number): void {
  const attempt = call.attempts + 1;
  tell(call, {attempt, waitMs, reason: guard}, {type: 'call.queued', call, attempt, guard, waitMs});
}

export function notifyRejected(call: CallFacts, {code, retryAfterMs}: RejectedError): void {
  emit(call.span, 'breaker.rejected', {reason: code, waitMs: retryAfterMs ?? 0});
  listenerOf(call)?.({type: 'call.rejected', call, code, retryAfterMs});
}

/** ky's own options won over the policy. */
export function notifyOverridden(call: CallFacts, by: readonly string[]): void {
  tell(call, {reason: by.join(', ')}, {type: 'policy.overridden', call, by});
}

/**
 * Warns on the console once per client, because every call of a client has the same client above it.
 *
 * @param keyHeader The header of a key that is made for each call, and so for each attempt of the client above; null if there is none.
 */
export function notifyNested(call: CallFacts, {header, count}: OuterRetries, keyHeader: string | null): void {
  const {client, plan} = call;
  tell(call, {reason: header}, {type: 'retry.nested', call, header, outerRetries: count});
  if ((plan.policy.nested === 'yield' && !keyHeader) || client.hasWarnedOfNesting) return;
  client.hasWarnedOfNesting = true;
  console.warn(
    `steadfetch: the client above retries (${header}), and ${keyHeader ? `each retry gets another ${keyHeader}` : 'attempts multiply'}. Switch that off (maxRetries: 0)${keyHeader ? '' : ', or set "nested": "yield"'}.`,
  );
}
