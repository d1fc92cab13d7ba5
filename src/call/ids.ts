/** The ids of a call: its correlation id, its idempotency key, and an id for each attempt. */
import {mayCarryIds} from '../client/target.ts';
import type {HeaderBag} from '../core/observer.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import {formatKey, isBlank, needsKey} from '../decide/idempotency.ts';
import {outerRetries} from '../decide/outer-retries.ts';
import type {CallContext, CallFacts, IdsSent} from './context.ts';
import {notifyNested} from './notify.ts';

/** Ids from outside end up in logs: nothing that could break a line or fill a disk. */
const VALID_ID = /^[A-Za-z0-9._:-]{1,128}$/;
/** What the port `ids` may make: what a caller may write as the idempotency key of a call. */
const MADE_ID = /^[!#-[\]-~]{1,255}$/;

/** Writes ids, key, remaining time and attempt number onto an attempt. The first time, what the caller set is read, and wins. */
export function writeIds(call: CallFacts, headers: HeaderBag): void {
  call.retryStateIfAny?.prepared?.undo(headers);
  const {client, plan, deadlineAt} = call;
  const {keyHeader} = plan;
  const {correlation, deadlineHeader, attemptHeader} = plan.policy;
  if (call.idsSent === 'unknown') {
    const value = headers.get(keyHeader);
    const callers = isBlank(value) ? null : value;
    const isGiven = callers ?? call.idempotencyKey;
    call.idempotencyKey = keyOf(call, callers);
    call.idsSent = idsOf(call, headers);
    noteOuterRetries(call, headers, !isGiven && call.idempotencyKey ? keyHeader : null);
  }
  const {idempotencyKey} = call;
  const idsSent = idsHere(call, headers);
  if (idempotencyKey !== undefined) headers.set(keyHeader, idempotencyKey);
  if (idsSent !== 'none') headers.set(correlation!.header, call.correlationId!);
  if (idsSent === 'both') headers.set(correlation!.requestIdHeader!, made(client.ids.requestId()));
  if (deadlineHeader !== null && deadlineAt !== Infinity)
    headers.set(deadlineHeader, String(Math.max(0, Math.floor(deadlineAt - client.clock.now()))));
  if (attemptHeader !== null) headers.set(attemptHeader, String(call.attempts));
}

/**
 * A promise would be the key "[object Promise]" of every call, and a blank one is none: the server would act twice.
 *
 * @throws TypeError for what a caller could not write into the options of a call.
 */
function made(id: unknown): string {
  if (typeof id === 'string' && MADE_ID.test(id)) return id;
  Promise.resolve(id).catch(() => {});
  throw new TypeError('The ids port must return 1 to 255 visible ASCII characters, no double quote or backslash');
}

/** Whether the request has an idempotency key that is not of our making, so that the caller may send it in another call, too. */
export function bringsKey<R extends AttemptResponse>({
  keyed,
  idempotencyKey,
  plan,
  transport,
}: CallContext<R>): boolean {
  if (keyed) return false; // It was asked before the first attempt; since then the headers may have ours.
  const own = plan.keyHeader.toLowerCase();
  return idempotencyKey !== undefined || !!transport.headerNames?.some(name => name === own || /idempot/.test(name));
}

/** As at the endpoint that the caller addressed; none where the call has moved to an origin that may not get them. */
function idsHere({plan, origin, guards, idsSent}: CallFacts, headers: HeaderBag): IdsSent {
  const {correlation} = plan.policy;
  if (correlation === null || guards.origin === origin) return idsSent;
  const {header, requestIdHeader, sendTo} = correlation;
  if (!mayCarryIds(origin, sendTo) || mayCarryIds(guards.origin, sendTo)) return idsSent;
  headers.delete(header);
  if (requestIdHeader !== null) headers.delete(requestIdHeader);
  return 'none';
}

/**
 * A policy that does not retry multiplies nothing.
 *
 * @param keyHeader The header of a key that is made for this call; null if there is none.
 */
function noteOuterRetries(call: CallFacts, headers: HeaderBag, keyHeader: string | null): void {
  if (call.plan.maxAttempts <= 1) return;
  const found = outerRetries(headers);
  if (found === null) return;
  call.retryState.outer = found;
  if (found.count > 0) notifyNested(call, found, keyHeader);
}

/** Which ids are sent, by the policy and by what the caller set; the correlation id is known from here on. */
function idsOf(call: CallFacts, headers: HeaderBag): IdsSent {
  const {client, plan, origin} = call;
  const {correlation} = plan.policy;
  if (correlation === null) return 'none';
  const {header, requestIdHeader, sendTo} = correlation;
  const callers = headers.get(header);
  if (callers !== null && VALID_ID.test(callers)) call.correlationId = callers;
  else call.correlationId ??= made(client.ids.correlationId());
  if (callers === null && !mayCarryIds(origin, sendTo)) return 'none';
  return requestIdHeader === null || headers.has(requestIdHeader) ? 'correlation' : 'both';
}

/** @param callers In the caller's own headers; null for a blank one. */
function keyOf({client, plan, method, idempotencyKey}: CallFacts, callers: string | null): string | undefined {
  const {idempotency} = plan.policy;
  if (callers !== null) return callers;
  const key = idempotencyKey ?? (needsKey(idempotency, method) ? made(client.ids.idempotencyKey()) : undefined);
  return key && formatKey(key, idempotency?.format ?? 'raw');
}
