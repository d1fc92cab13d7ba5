/**
 * One iteration of a loop outside the engine: ky's own, whose hooks the user's code can see. The steps are those of `call.ts`; the other loop
 * waits by itself, reads `call.decision`, and finishes the call.
 */
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {type Classification, changed, harmless, SUCCESS} from '../decide/classification.ts';
import type {Transport} from '../transport/transport.ts';
import {type Assessed, classificationOf, withFacts} from './assess.ts';
import type {CallContext, CallFacts} from './context.ts';
import {decideRetry} from './decide-retry.ts';
import {breakCall, endTransport, noteSuccess, refusedOutcome, stoppedOutcome} from './finish.ts';
import {notifyAbandoned, notifyScheduled} from './notify.ts';
import {errorFactsOf} from './refusals-port.ts';
import {deliverResponse} from './response.ts';
import {askAdmission, bodyRefusal, sendAdmitted, waitForBody} from './send.ts';
import {isStopped} from './wait.ts';

/** Sends once, with a hedge where the policy has one, and decides. Never rejects. */
export async function sendOnce<R extends AttemptResponse>(
  call: CallContext<R>,
  transport: Transport<R>,
): Promise<Outcome<R>> {
  call.transport = transport;
  const outcome = await sendAndDecide(call);
  endTransport(transport, outcome); // Its body is known by now, if there will be a retry.
  return outcome;
}

async function sendAndDecide<R extends AttemptResponse>(call: CallContext<R>): Promise<Outcome<R>> {
  let sent: Assessed<R> | null = null;
  try {
    const now = call.client.clock.now();
    if (call.attempts > 0) call.reserve(call.budget)?.holdForced(now);
    if (isStopped(call.transport)) return stoppedOutcome(call, true);
    if (now >= call.deadlineAt) return stoppedOutcome(call, false);
    const admission = await askAdmission(call, now, null);
    if ('ended' in admission) return admission.ended;
    if ('refusal' in admission) return refusedOutcome(call, admission.refusal, admission.error!);
    sent = await sendAdmitted(call, null, admission);
    const {attempt, outcome, classification} = sent;
    if (classification === SUCCESS) noteSuccess(call, call.client.clock.now());
    else await decide(call, outcome, classification);
    if (outcome.response !== null) deliverResponse(attempt, outcome.response);
    return outcome;
  } catch (error) {
    return breakCall(call, error, sent).outcome;
  }
}

async function decide<R extends AttemptResponse>(
  call: CallContext<R>,
  outcome: Outcome<R>,
  classification: Classification,
): Promise<void> {
  const decision = decideRetry(call, outcome, classification);
  if (decision.refusal === null) {
    notifyScheduled(call, decision);
    const waitMs = Math.max(0, await waitForBody(call, decision.waitMs));
    if (isStopped(call.transport)) return;
    call.decision = {...decision, waitMs, refusal: bodyRefusal(call)};
  }
  if (call.decision!.refusal === null) return;
  releaseReservation(call);
  notifyAbandoned(call, call.decision!, outcome);
}

/** A retry that was paid for will not happen. */
function releaseReservation(call: CallFacts): void {
  call.reservation?.giveBack(call.client.clock.now());
}

/** A hook of the user gave the answer, so what was decided about the last one is void. */
export function discardDecision(call: CallFacts): void {
  releaseReservation(call);
  call.decision = null;
}

/**
 * The response that was decided about is not the one that the other loop holds now: a hook of the user put another in its place. What the
 * server did before stays done, whatever the new status says.
 */
export async function reconsider<R extends AttemptResponse>(call: CallContext<R>, outcome: Outcome<R>): Promise<void> {
  releaseReservation(call);
  const byStatus = classificationOf(call, outcome);
  const facts = errorFactsOf(call, outcome, byStatus);
  const found = facts === null ? {classification: byStatus} : await withFacts(call, outcome, facts);
  if ('ended' in found) return;
  const {classification} = found;
  const {sent} = (call.decision ?? found).classification;
  await decide(call, outcome, harmless(sent) ? classification : changed(classification, {sent, unpaid: false}));
}
