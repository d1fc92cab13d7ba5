/**
 * The report answers why a call ended as it did: "Why was my POST not retried?" Every error has the report as `error.resilience`, and
 * `reportOf` finds it for any response or error.
 */

import type {CallResult} from '../core/call-view.ts';
import {SteadfetchError} from '../core/errors.ts';
import {type HiddenField, hiddenField} from '../core/hidden-field.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {fieldOf, isError, isObject} from '../core/unknown-value.ts';
import type {Refusal} from '../decide/may-retry.ts';
import type {CallFacts} from './context.ts';
import {refusals} from './refusals-port.ts';

/** How and why a call ended. */
export interface CallReport {
  /** How the call ended, in a word. */
  readonly result: CallResult;
  /** One clause: `POST without an idempotency key, and the server may have acted (503)`. */
  readonly reason: string;
  /** Why the call was not retried, for programs; null if it succeeded. */
  readonly refusal: Refusal | null;
  /** Attempts, hedges included, and one that `prepareAttempt` kept from being sent. */
  readonly attempts: number;
  /** Hedges that were sent. */
  readonly hedges: number;
  /** Attempts that may have to be paid for. Undefined if the policy has no `paid`. */
  readonly paidAttempts: number | undefined;
  /** Sum of the waits between attempts, in ms. */
  readonly waitedMs: number;
  /** Time in the queue of a quota and in the line of a breaker, in ms. */
  readonly queuedMs: number;
  /** From the start of the call to its end, in ms. */
  readonly durationMs: number;
  /** From the send of an attempt to the first content of its event stream, in ms. Undefined unless `stream` held a response. */
  readonly firstContentMs: number | undefined;
  /** The wait that the last answer asked for, in ms, even if it was too long. Undefined if it asked for none, as a success does. */
  readonly retryAfterMs: number | undefined;
  /** The id of the call. Undefined if `correlation` is null, or nothing was sent. */
  readonly correlationId: string | undefined;
  /** Name of the matched route, else of the policy. */
  readonly policyName: string;
  /** Name of the endpoint of the last attempt. Undefined if the policy has no `endpoints` for this call. */
  readonly endpoint: string | undefined;
}

/** The report of a call that has ended, or the current facts of one that has not. */
export function reportFor(call: CallFacts): CallReport {
  const {decision, attempts, hedges, paidAttempts, waitedMs, queuedMs, correlationId, policyName, ending} = call;
  return {
    result: ending?.result ?? 'failure',
    reason: ending?.reason ?? 'not ended',
    refusal: ending?.result === 'success' ? null : (decision?.refusal ?? null),
    attempts,
    hedges,
    paidAttempts,
    waitedMs,
    queuedMs,
    durationMs: ending?.durationMs ?? call.client.clock.now() - call.startedAt,
    firstContentMs: call.retryStateIfAny?.firstContentMs,
    retryAfterMs: decision?.hint?.ms,
    correlationId,
    policyName,
    endpoint: lastEndpointOf(call),
  };
}

/** A call that moved after its last attempt, and was refused there, ends at the endpoint of that attempt. */
function lastEndpointOf({failover, guards, attempts, retryStateIfAny}: CallFacts): string | undefined {
  const failedAt = retryStateIfAny?.failedAt;
  return failover?.endpointOf(failedAt?.attempt === attempts ? failedAt.guards : guards).name;
}

const callOf: HiddenField<CallFacts> = hiddenField();

/**
 * The fields in which client libraries keep the result of fetch: ky, most SDKs, Stripe, urql, and SDKs that keep only the headers of a
 * response.
 */
const HOLDERS = ['response', 'cause', 'detail', 'networkError', 'headers'] as const;
/** How many objects `reportOf` looks at: causes can be endless. */
const MAX_LOOKED_AT = 20;

/**
 * The report of the call that ended with this response or error. In an error of a client library, the response or the error that it was
 * made from is looked for under `response`, `cause`, `detail`, `networkError` and `headers`. Undefined if there is no report.
 */
export function reportOf(answer: unknown): CallReport | undefined {
  const found = [answer];
  for (const object of found) {
    if (!isObject(object)) continue;
    const report = ownReportOf(object);
    if (report !== undefined) return report;
    for (const holder of HOLDERS) {
      const held = fieldOf(object, holder);
      if (found.length < MAX_LOOKED_AT && isObject(held) && !found.includes(held)) found.push(held);
    }
  }
  return undefined;
}

function ownReportOf(object: object): CallReport | undefined {
  const call = callOf.get(object);
  if (call !== undefined) return reportFor(call);
  const resilience = fieldOf(object, 'resilience');
  return isReport(resilience) ? resilience : undefined;
}

/** Attaches the report to the response or the error. */
export function attachReport(call: CallFacts, outcome: Outcome): void {
  const {response, error, kind} = outcome;
  if (response !== null) attachToResponse(call, response);
  else if (kind !== 'aborted' && !call.plan.observesOnly) attachToError(call, error); // An abort's reason is the caller's own.
}

function attachToResponse(call: CallFacts, response: AttemptResponse): void {
  try {
    if (Object.isExtensible(response)) callOf.set(response, call);
    if (!call.client.answers.isFailure(response.status)) return;
    refusals.steps?.tellAbove(call, response);
    // The SDKs of OpenAI and Anthropic keep the headers of a failed response in their error, and not the response.
    const {headers} = response as {readonly headers?: object};
    if (headers && Object.isExtensible(headers)) callOf.set(headers, call);
  } catch {
    // Its getters throw.
  }
}

/** Enumerable, so that a printed or logged error shows it. */
export function attachToError(call: CallFacts, error: unknown): void {
  try {
    if (isError(error)) Object.assign(error, {resilience: reportFor(call)});
  } catch {
    // It takes no field: its owner gets it as it is.
  }
}

/** @param error Broke the body of the answer. The report tells of it only if it is an error of this library: STREAM_INCOMPLETE. */
export function reportIncomplete(call: CallFacts, error: unknown): void {
  if (call.ending === null || !(error instanceof SteadfetchError)) return;
  call.ending = {...call.ending, result: 'failure', reason: error.message};
  attachToError(call, error);
}

const isReport = (value: unknown): value is CallReport => isObject(value) && 'result' in value && 'attempts' in value;

/** One word for telemetry. */
export function resultOf({client, decision}: CallFacts, outcome: Outcome): CallResult {
  switch (outcome.kind) {
    case 'aborted':
    case 'stopped':
      return 'cancelled';
    case 'deadline':
      return 'timeout';
    case 'hook': // The exception is the reason of the end, whatever was decided before.
      return 'failure';
    case 'response':
      if (!client.answers.isFailure(outcome.status) && !decision?.classification.transient) return 'success';
  }
  switch (decision?.refusal) {
    case 'budget-exhausted':
      return 'budget_exhausted';
    case 'breaker-open':
    case 'no-endpoint':
      return 'circuit_open';
    case 'hint-too-long':
    case 'quota-exceeded':
    case 'concurrency-limit':
      return 'rate_limited';
    case 'not-transient':
    case 'may-have-acted':
    case 'body-not-replayable':
    case 'retried-once':
    case 'nested':
      return 'not_retryable';
    default:
      return outcome.kind === 'attempt-timeout' || outcome.kind === 'content-timeout' ? 'timeout' : 'failure';
  }
}

/** Whether a reason is a clause. Other reasons are a status or a code. */
export const isSentence = (reason: string): boolean => /[a-z]{3}/.test(reason);

/** The reason clause of reports, events and spans. */
export function explain(call: CallFacts, kind: Outcome['kind'], status: number): string {
  const why = explainEnd(call, kind, status);
  return kind === 'rejected' || call.decision?.classification.transient ? why + stayed(call) : why;
}

/** Where a call with several endpoints stayed, and why, as the end of a sentence; empty where it could have gone elsewhere. */
export function stayed({failover, guards, plan: {endpoints}}: CallFacts): string {
  const why = failover === null ? 'its URL is not below the basePath' : failover.confinement;
  const endpoint = endpoints?.at(guards.origin);
  return !endpoint || endpoints?.isAlone || why === null ? '' : `; it stayed at ${endpoint.name}, because ${why}`;
}

function explainEnd(call: CallFacts, kind: Outcome['kind'], status: number): string {
  const {decision, method, plan, client} = call;
  const reason = decision?.classification.reason ?? kind;
  if (kind === 'aborted') return 'aborted by the caller';
  if (kind === 'hook') return 'a function of the user threw';
  if (kind === 'stopped') return 'stopped by a hook';
  if (kind === 'deadline') return `no answer within the deadline of ${Math.round(call.deadlineMs)} ms`;
  switch (decision?.refusal) {
    case 'may-have-acted':
      return `${call.rpcMethod ?? method} without an idempotency key, and the server may have acted (${reason})`;
    case 'attempts-exhausted':
      return plan.maxAttempts === 1
        ? `one attempt is all the policy allows (${reason})`
        : `all ${call.attempts} attempts are used (${reason})`;
    case 'paid-timeout':
      return `the server may have done the work before the timeout, and a retry is paid for again (${reason})`;
    case 'paid-attempts-exhausted':
      return `${call.paidAttempts} attempts may have to be paid for, and maxPaidAttempts is ${plan.policy.paid?.maxPaidAttempts} (${reason})`;
    case 'body-not-replayable':
      return `the request body is a stream, or larger than ${plan.policy.replayLimitBytes} bytes (${reason})`;
    case 'retried-once':
      return `sent again once after ${reason}, and once is enough`;
    case 'hint-too-long':
      return `the server asks for ${Math.ceil(decision.hint?.ms ?? 0)} ms, more than the ${plan.policy.retryAfter.maxMs} ms that retryAfter.maxMs allows (${reason})`;
    case 'deadline':
      return `the next attempt could not end within the deadline of ${Math.round(call.deadlineMs)} ms (${reason})`;
    case 'breaker-open':
      return `the circuit of ${call.guards.breaker?.guarded} is open`;
    case 'no-endpoint':
      return 'no endpoint of this call is free in time';
    case 'concurrency-limit':
      return `the concurrency limit of ${call.guards.concurrency?.max} is reached`;
    case 'quota-exceeded':
      return `the quota of ${call.guards.quota?.guarded} has no room in time (${reason})`;
    case 'budget-exhausted':
      return `the retry budget of ${call.origin} is exhausted (${reason})`;
    case 'nested':
      return `the client above retries (${call.outer?.header}), so this is sent once (${reason})`;
    case 'retries-disabled':
      return `retries are switched off (${reason})`;
    case 'not-transient':
      if (reason !== 'success')
        return decision.classification.final || isSentence(reason) ? reason : `${reason} is not transient`;
  }
  return kind === 'response' ? `answered with ${client.answers.nameOf(status)}` : reason;
}
