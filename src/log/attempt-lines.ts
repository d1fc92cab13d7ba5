/**
 * Combines the events of calls into log lines: one for each attempt, with its consequence.
 *
 * The line of an attempt is written at the next event, because only that event has the wait, or the result of the call.
 */
import type {AttemptKind, CallResult, CallView} from '../core/call-view.ts';
import type {AttemptEndEvent, CallEndEvent, Listener, RetryScheduledEvent} from '../core/events.ts';
import type {Sent} from '../core/outcome.ts';
import {codeName} from '../decide/grpc-codes.ts';
import {redactText} from '../decide/redact.ts';

/** One attempt, or the end of a call without one. Durations are in ms. */
export interface AttemptLine {
  /** The id of the call. Undefined if `correlation` is null, or nothing was sent. */
  readonly correlationId: string | undefined;
  /** Name of the matched route, else of the policy. */
  readonly policy: string;
  /** The HTTP method, or `package.Service/Method` of a gRPC call. */
  readonly method: string;
  /** Without credentials and secrets. */
  readonly url: string;
  /** 1 for the first. Undefined if nothing was sent: the call was refused, or it ended during a wait. */
  readonly attempt: number | undefined;
  /** Why the attempt was sent: first, retry or hedge. Undefined if nothing was sent. */
  readonly kind: AttemptKind | undefined;
  /** Name of the endpoint of the attempt. Undefined if the policy has no `endpoints` for the call. */
  readonly endpoint: string | undefined;
  /** The HTTP status, or the name of the gRPC code. */
  readonly status: number | string | undefined;
  /** The failure without a response: `ECONNRESET`, `attempt timeout`, `superseded`. */
  readonly error: string | undefined;
  /** Whether a retry could help. Undefined for a success, and without an attempt. */
  readonly transient: boolean | undefined;
  /** Whether the server may have acted: `not-sent`, `not-processed`, `maybe-processed`, `processed`. Undefined like `transient`. */
  readonly sent: Sent | undefined;
  /** Whether the call has an idempotency key. */
  readonly keyed: boolean;
  /** Retries of the client above before this call. Undefined if no header states them. */
  readonly outerRetries: number | undefined;
  /** From the send to the end of the attempt. Undefined if nothing was sent. */
  readonly latencyMs: number | undefined;
  /** The wait before the next attempt. */
  readonly waitMs: number | undefined;
  /** Where the wait comes from: `backoff`, `retry-after`, `rate-limit`, `none` and so on, as in `RetryScheduledEvent`. */
  readonly waitSource: string | undefined;
  /** The wait that the server asked for, even if the backoff is longer. */
  readonly retryAfterMs: number | undefined;
  /** How the call ended; undefined if another attempt follows. */
  readonly outcome: CallResult | undefined;
  /** Why the call ended, or is retried. */
  readonly reason: string | undefined;
}

/**
 * Makes a listener for the `on` port that combines events into lines, for a log format of your own.
 *
 * @param write Called once for each attempt, in the order in which attempts end, and once for each call that ends without an attempt.
 */
export function attemptLines(write: (line: AttemptLine) => void): Listener {
  /** The last attempt of each call, until its consequence is known. */
  const pending = new WeakMap<CallView, AttemptEndEvent>();
  const take = (call: CallView): AttemptEndEvent | undefined => {
    const last = pending.get(call);
    pending.delete(call);
    return last;
  };
  return event => {
    switch (event.type) {
      case 'attempt.end': {
        if (event.outcome === 'superseded') return write(line(event.call, event)); // It has no consequence.
        const last = take(event.call);
        if (last !== undefined) write(line(event.call, last)); // A loop of the caller, such as ky's, retried.
        pending.set(event.call, event);
        return;
      }
      case 'retry.scheduled':
      case 'call.end':
        write(line(event.call, take(event.call), event));
    }
  };
}

function line(call: CallView, attempt?: AttemptEndEvent, then?: RetryScheduledEvent | CallEndEvent): AttemptLine {
  const retry = then?.type === 'retry.scheduled' ? then : undefined;
  const failed = attempt === undefined || isSuccess(attempt) ? undefined : attempt;
  return {
    correlationId: call.correlationId,
    policy: call.policyName,
    method: call.rpcMethod ?? call.method,
    url: call.url,
    attempt: attempt?.attempt,
    kind: attempt?.kind,
    endpoint: attempt?.endpoint,
    status: statusOf(call, attempt?.status),
    error: attempt === undefined ? undefined : errorOf(attempt),
    transient: failed?.transient,
    sent: failed?.sent,
    keyed: call.keyed,
    outerRetries: call.outerRetries,
    latencyMs: rounded(attempt?.latencyMs),
    waitMs: rounded(retry?.waitMs),
    waitSource: retry?.waitSource,
    retryAfterMs: rounded(retry?.retryAfterMs),
    outcome: then?.type === 'call.end' ? then.result : undefined,
    reason: then === undefined ? undefined : redactText(then.reason),
  };
}

/** What a hedge was faster than neither failed nor succeeded. */
const isSuccess = ({outcome, reason}: AttemptEndEvent): boolean => outcome === 'superseded' || reason === 'success';

const statusOf = ({rpcMethod}: CallView, status: number | undefined): number | string | undefined =>
  rpcMethod === undefined || status === undefined ? status : codeName(status);

function errorOf({status, outcome, reason}: AttemptEndEvent): string | undefined {
  if (outcome === 'superseded') return outcome;
  return status === undefined ? redactText(reason) : undefined;
}

/** Rounded to a tenth of a millisecond. */
const rounded = (ms: number | undefined): number | undefined => (ms === undefined ? ms : Math.round(ms * 10) / 10);
