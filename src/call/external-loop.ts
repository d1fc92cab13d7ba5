/**
 * One iteration of a loop outside the engine: ky's own, whose hooks the user's code can see. The steps are those of `call.ts`; the other loop
 * waits by itself, reads `call.decision`, and finishes the call.
 */
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import {type Classification, SUCCESS} from '../decide/classification.ts';
import type {Redirected} from '../decide/redirected.ts';
import type {Transport} from '../transport/transport.ts';
import {type Assessed, classificationOf, withFacts} from './assess.ts';
import type {CallContext, CallFacts} from './context.ts';
import {decideRetry} from './decide-retry.ts';
import {breakCall, noteSuccess, refusedOutcome, stoppedOutcome} from './finish.ts';
import {notifyAbandoned, notifyScheduled} from './notify.ts';
import {errorFactsOf} from './refusals-port.ts';
import {deliverResponse, discardResponse, holdResponse} from './response.ts';
import {askAdmission, sendAdmitted, waitForBody} from './send.ts';
import {isStopped} from './wait.ts';

/** Sends once, with a hedge where the policy has one, and decides. Never rejects. */
export async function sendOnce<R extends AttemptResponse>(
  call: CallContext<R>,
  transport: Transport<R>,
): Promise<Outcome<R>> {
  call.transport = transport;
  const outcome = await sendAndDecide(call);
  quietly(() => {
    if (outcome.response === null && !outcome.reachedTransport) transport.unsent?.(outcome.error);
    if (call.decision !== null && call.decision.refusal !== null) transport.ended?.();
  });
  return outcome;
}

async function sendAndDecide<R extends AttemptResponse>(call: CallContext<R>): Promise<Outcome<R>> {
  let sent: Assessed<R> | null = null;
  try {
    const now = call.client.clock.now();
    if (call.attempts > 0) call.reserve(call.budget)?.holdForced(now);
    if (isStopped(call.transport)) return withoutRetry(call, stoppedOutcome(call, true));
    if (now >= call.deadlineAt) return withoutRetry(call, stoppedOutcome(call, false));
    const admission = await askAdmission(call, now, null);
    if ('ended' in admission) return withoutRetry(call, admission.ended);
    if ('refusal' in admission) return withoutRetry(call, refusedOutcome(call, admission.refusal, admission.error!));
    sent = await sendAdmitted(call, null, admission);
    const {attempt, outcome, classification} = sent;
    if (classification === SUCCESS) noteSuccess(call, call.client.clock.now());
    else {
      await decide(call, outcome, classification, () => holdResponse(attempt, outcome.response));
      if (isStopped(call.transport)) {
        discardResponse(attempt, outcome.response);
        return withoutRetry(call, stoppedOutcome(call, true));
      }
    }
    if (outcome.response !== null) deliverResponse(attempt, outcome.response);
    return call.decision?.refusal === null ? outcome : withoutRetry(call, outcome);
  } catch (error) {
    return breakCall(call, error, sent).outcome;
  }
}

/** @param waiting Called before a wait for the body. Left out: nothing has to be done then. */
async function decide<R extends AttemptResponse>(
  call: CallContext<R>,
  outcome: Outcome<R>,
  classification: Classification,
  waiting?: () => void,
): Promise<void> {
  const decision = decideRetry(call, outcome, classification);
  if (decision.refusal !== null) return notifyAbandoned(call, decision, outcome);
  notifyScheduled(call, decision);
  const {transport} = call;
  const isKnown = (): boolean => transport.replayable === true;
  if (isKnown()) return;
  waiting?.();
  const waitMs = Math.max(0, await waitForBody(call, decision.waitMs));
  if (isStopped(transport)) return;
  const refusal = isKnown() ? null : 'body-not-replayable';
  call.decision = {...decision, waitMs, refusal};
  if (refusal !== null) notifyAbandoned(call, call.decision, outcome);
}

/** A retry that was paid for will not happen. */
export function releaseReservation(call: CallFacts): void {
  call.reservation?.giveBack(call.client.clock.now());
}

function withoutRetry<R extends AttemptResponse>(call: CallContext<R>, outcome: Outcome<R>): Outcome<R> {
  releaseReservation(call);
  return outcome;
}

/** A hook of the user gave the answer, so what was decided about the last one is void. */
export function discardDecision(call: CallFacts): void {
  releaseReservation(call);
  call.decision = null;
}

/**
 * The response that was decided about is not the one that the other loop holds now.
 *
 * @param redirected Whether that of the transport came after a redirect; undefined: as the transport says of this one.
 */
export async function reconsider<R extends AttemptResponse>(
  call: CallContext<R>,
  outcome: Outcome<R>,
  redirected: Redirected | undefined,
): Promise<void> {
  releaseReservation(call);
  const byStatus = classificationOf(call, outcome, null, redirected);
  const facts = errorFactsOf(call, outcome, byStatus);
  const found = facts === null ? {classification: byStatus} : await withFacts(call, outcome, facts, redirected);
  if ('classification' in found) await decide(call, outcome, found.classification);
  if ('ended' in found || call.decision?.refusal !== null) releaseReservation(call);
}
