/** Why an item failed, in the words of the engine. */
import {classificationOf} from '../call/assess.ts';
import type {CallContext} from '../call/context.ts';
import {innerReport} from '../call/inner-report.ts';
import {errorFactsOf} from '../call/refusals-port.ts';
import {type CallReport, isSentence, reportFor} from '../call/report.ts';
import {isPromise} from '../core/awaitable.ts';
import {RejectedError} from '../core/errors.ts';
import type {Outcome} from '../core/outcome.ts';
import {fieldOf} from '../core/unknown-value.ts';
import {type Classification, harmless} from '../decide/classification.ts';
import type {Refusal} from '../decide/may-retry.ts';
import {Answer} from '../transport/answer.ts';
import {RedirectError} from './redirect.ts';
import type {ItemFailure} from './types.ts';

/**
 * The call ended without a result for the item.
 *
 * @param outcome The call's.
 * @param last    What was last heard of the item, if that is something else.
 */
export function failureOfCall(
  call: CallContext<Answer>,
  outcome: Outcome<Answer>,
  last: Outcome<Answer> = outcome,
): ItemFailure {
  const {decision, mayRepeat} = call;
  const report = reportFor(call);
  const inner = innerReport(last.response instanceof Answer ? last.response.origin : last.error);
  if (inner !== undefined) return failureOfInner(inner, call, last);
  const {refusal} = report;
  const isTimeoutPaid = call.plan.policy.paid?.afterTimeout === false && (report.paidAttempts ?? 0) > 0;
  const mayTryAgain =
    last.kind === 'deadline'
      ? (mayRepeat && !isTimeoutPaid) || !last.reachedTransport
      : decision?.classification.transient === true && !isFinal(refusal);
  const classifiedReason = last === outcome ? decision?.classification.reason : itemClassification(call, last).reason;
  const {code, reason} = named(last, classifiedReason ?? last.kind, report.reason);
  return {code, refusal, reason, ...saidIn(last), retryable: mayTryAgain};
}

/** A resumed run does not send the item: the server may have acted on it, or worked for it at a price. */
const isFinal = (refusal: Refusal | null): boolean =>
  refusal === 'may-have-acted' || refusal === 'paid-timeout' || refusal === 'paid-attempts-exhausted';

/** The classification of one item's answer, with the facts in its body if the policy reads them. */
export function itemClassification(call: CallContext<Answer>, outcome: Outcome<Answer>): Classification {
  const byStatus = classificationOf(call, outcome);
  const facts = errorFactsOf(call, outcome, byStatus);
  return facts === null || isPromise(facts) ? byStatus : classificationOf(call, outcome, facts);
}

/** The failure by the report of a client inside `send`, which has decided already. */
function failureOfInner(report: CallReport, call: CallContext<Answer>, last: Outcome<Answer>): ItemFailure {
  const {refusal, reason} = report;
  const code = call.decision?.classification.reason ?? last.kind;
  const isOpen = mayHaveTimedOut(report) && !call.mayRepeat;
  const retryable = refusal !== null && refusal !== 'not-transient' && !isFinal(refusal) && !isOpen;
  return {code, refusal, reason, ...saidIn(last), retryable};
}

/** At the deadline the server may still work on an attempt. The report of a call does not say whether the call may be repeated. */
const mayHaveTimedOut = ({refusal, result, attempts}: CallReport): boolean =>
  refusal === 'deadline' && result === 'timeout' && attempts > 0;

/** The request was answered, but this item of it is not to be sent again. */
export function failureOfItem(
  call: CallContext<Answer>,
  last: Outcome<Answer>,
  classification: Classification,
): ItemFailure {
  const isGated = classification.transient && !harmless(classification.sent) && !call.mayRepeat;
  const refusal: Refusal = isGated ? 'may-have-acted' : 'not-transient';
  const {reason: found} = classification;
  const notTransient = isSentence(found) ? found : `${found} for this item of a chunk is not transient`;
  const sentence = isGated
    ? `${call.method} without an idempotency key, and the server may have acted (${found})`
    : notTransient;
  const {code, reason} = named(last, found, sentence);
  return {code, refusal, reason, ...saidIn(last), retryable: false};
}

/** An error without a code is known by its name, and explained by its message. */
function named({kind, error}: Outcome<Answer>, code: string, reason: string): {code: string; reason: string} {
  // The message has the numbers, and no wait would help.
  if (error instanceof RejectedError && error.code === 'QUOTA_TOO_LARGE')
    return {code: error.code, reason: error.message};
  if (kind !== 'other' || !(error instanceof Error)) return {code, reason};
  if (error instanceof RedirectError) return {code: error.code, reason: error.message};
  const [ownCode, name, message, cause] = ['code', 'name', 'message', 'cause'].map(field => fieldOf(error, field));
  // The error of fetch says only that it failed; the reason is in its cause.
  const below = cause instanceof Error && fieldOf(cause, 'message');
  const why = below ? `${message}: ${below}` : `${message}`;
  return {code: typeof ownCode === 'string' ? ownCode : `${name}`, reason: `${name}: ${withoutCredentials(why)}`};
}

/** The messages of fetch repeat the whole URL. */
const withoutCredentials = (message: string): string => message.replaceAll(/\/\/[^\s/@]*@/g, '//REDACTED@');

function saidIn({response, error}: Outcome): Pick<ItemFailure, 'status' | 'body' | 'error'> {
  if (error instanceof RedirectError) return {status: error.answer.status, body: error.answer.value, error};
  if (!(response instanceof Answer)) return {status: undefined, body: undefined, error};
  return {status: response.status, body: response.value, error: response.error};
}
