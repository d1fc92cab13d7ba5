/**
 * A call from its first attempt to its end.
 *
 * Nine calls in ten end after one attempt: `firstAttempt` sends it, and the call is settled if it succeeded. A failure goes to `retryLoop`: decide, wait, be admitted, send again.
 */
import type {RejectedError} from '../core/errors.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {emptyStack, quietly} from '../core/quietly.ts';
import {SUCCESS} from '../decide/classification.ts';
import type {Refusal} from '../decide/may-retry.ts';
import type {Ticket} from '../guards/breaker.ts';
import type {QuotaReservation} from '../guards/quota-reservation.ts';
import type {Caller, Transport} from '../transport/transport.ts';
import {admit} from './admission.ts';
import {type Assessed, assess, learn, type Sent} from './assess.ts';
import {Attempt} from './attempt.ts';
import type {CallContext} from './context.ts';
import {decideRetry} from './decide-retry.ts';
import type {RetryDecision} from './decision.ts';
import {breakCall, endTransport, finishCall, noteSuccess, refusedOutcome, stoppedOutcome} from './finish.ts';
import {hedges} from './hedge-port.ts';
import {notifyAbandoned, notifyRejected, notifyScheduled} from './notify.ts';
import {deliverResponse, discardResponse} from './response.ts';
import {type Admission, admitRetry, sendAdmitted} from './send.ts';
import {isStopped} from './wait.ts';

/**
 * Sends attempts until there is an answer or a reason to stop. The call is finished when the caller is notified, maybe before this
 * function returns. It notifies by a method, not by a promise: each adapter makes the one promise that its caller gets.
 *
 * @param start The start of the call, where it has just begun.
 */
export function runCall<R extends AttemptResponse>(
  call: CallContext<R>,
  transport: Transport<R>,
  caller: Caller<R>,
  start?: number,
): void {
  call.transport = transport;
  call.caller = caller;
  try {
    const now = start ?? call.client.clock.now();
    if (isStopped(transport)) firstAttempt.left(call, true);
    else if (now >= call.deadlineAt) firstAttempt.left(call, false);
    else admit<R>(call, firstAttempt, now);
  } catch (error) {
    void emptyStack.then((endBrokenCall<R>).bind(null, call, error, null)); // Bound: a closure costs each call the context it needs.
  }
}

/**
 * The first attempt of every call, by callbacks: between the transport and the caller there is only the promise of the transport. The
 * object has no state, which is on the call and its attempt.
 */
const firstAttempt = {
  admitted<R extends AttemptResponse>(
    call: CallContext<R>,
    ticket: Ticket,
    now: number,
    taken: QuotaReservation | null,
  ): void {
    const attempt = new Attempt(call, call.attempts + 1, ticket, taken);
    try {
      call.guards.budget?.callStarted(now);
      call.guards.hedge?.callStarted(now);
      call.attempts++;
      if (call.mayHedge) continueCall(call, hedges.send!(call, attempt, now));
      else attempt.start(firstAttempt, now);
    } catch (error) {
      void emptyStack.then((abandonAndEnd<R>).bind(null, attempt, error));
    }
  },

  refused<R extends AttemptResponse>(call: CallContext<R>, refusal: Refusal, error: RejectedError): void {
    notifyRejected(call, error);
    finishAndSettle(call, refusedOutcome(call, refusal, error));
  },

  left<R extends AttemptResponse>(call: CallContext<R>, isAborted: boolean): void {
    finishAndSettle(call, stoppedOutcome(call, isAborted));
  },

  ended<R extends AttemptResponse>(attempt: Attempt<R>, outcome: Outcome<R>): void {
    const {call} = attempt;
    try {
      if (isSuccess(call, outcome)) {
        const now = call.client.clock.now();
        learn(call, attempt, outcome, SUCCESS, now);
        settle(call, succeed(call, attempt, outcome, now));
      } else continueCall(call, assess(call, {attempt, outcome}));
    } catch (error) {
      void emptyStack.then((endBrokenCall<R>).bind(null, call, error, {attempt, outcome}));
    }
  },

  broke<R extends AttemptResponse>(call: CallContext<R>, error: unknown): void {
    endBrokenCall(call, error, null);
  },
};

/** Whether the status alone makes the outcome a success, because there is no `classify` of the user. */
function isSuccess<R extends AttemptResponse>({client}: CallContext<R>, {response, status}: Outcome<R>): boolean {
  return response !== null && client.classify === null && !client.answers.isFailure(status);
}

function continueCall<R extends AttemptResponse>(call: CallContext<R>, assessed: Promise<Assessed<R>>): void {
  retryLoop(call, assessed).then(
    outcome => settle(call, outcome),
    error => firstAttempt.broke(call, error), // The stack was full where the loop begins.
  );
}

function finishAndSettle<R extends AttemptResponse>(call: CallContext<R>, outcome: Outcome<R>): void {
  finishCall(call, outcome);
  settle(call, outcome);
}

function settle<R extends AttemptResponse>(call: CallContext<R>, outcome: Outcome<R>): void {
  const {transport, caller} = call;
  call.caller = null; // It holds the response, and a timer or a signal holds the call while the body is open.
  endTransport(transport, outcome);
  quietly(() => caller?.settle(outcome));
}

/** From the end of the first attempt on. Never rejects. */
async function retryLoop<R extends AttemptResponse>(
  call: CallContext<R>,
  first: Promise<Assessed<R>>,
): Promise<Outcome<R>> {
  let held: Sent<R> | null = null;
  try {
    for (let last = await first; ; ) {
      held = last;
      const {attempt, outcome, classification}: Assessed<R> = last;
      if (classification === SUCCESS) return succeed(call, attempt, outcome, call.client.clock.now());
      const decision: RetryDecision = decideRetry(call, outcome, classification);
      if (decision.refusal !== null) return giveUp(call, last);
      notifyScheduled(call, decision);
      attempt.cancellation.pause();
      const admission: Admission = await admitRetry(call, last, decision.waitMs);
      if ('ended' in admission) return replace(call, last, admission.ended);
      if ('refusal' in admission) {
        call.decision = {...decision, refusal: admission.refusal};
        attempt.cancellation.resume();
        return giveUp(call, last);
      }
      last = await sendAdmitted(call, last, admission);
    }
  } catch (error) {
    return endBroken(call, error, held);
  }
}

function succeed<R extends AttemptResponse>(
  call: CallContext<R>,
  attempt: Attempt<R>,
  outcome: Outcome<R>,
  now: number,
): Outcome<R> {
  noteSuccess(call, now);
  finishCall(call, outcome, now);
  deliverResponse(attempt, outcome.response!);
  return outcome;
}

/** The last answer is the answer, not a new error in its place. */
function giveUp<R extends AttemptResponse>(call: CallContext<R>, {attempt, outcome}: Sent<R>): Outcome<R> {
  notifyAbandoned(call, call.decision!, outcome);
  finishCall(call, outcome);
  if (outcome.response !== null) deliverResponse(attempt, outcome.response);
  return outcome;
}

/** The call ends otherwise than its last attempt did. */
function replace<R extends AttemptResponse>(call: CallContext<R>, last: Sent<R>, ended: Outcome<R>): Outcome<R> {
  discardResponse(last.attempt, last.outcome.response);
  finishCall(call, ended);
  return ended;
}

function endBrokenCall<R extends AttemptResponse>(call: CallContext<R>, error: unknown, held: Sent<R> | null): void {
  settle(call, endBroken(call, error, held));
}

function abandonAndEnd<R extends AttemptResponse>(attempt: Attempt<R>, error: unknown): void {
  attempt.abandon(error);
  endBrokenCall(attempt.call, error, null);
}

function endBroken<R extends AttemptResponse>(call: CallContext<R>, error: unknown, held: Sent<R> | null): Outcome<R> {
  const {outcome, now} = breakCall(call, error, held);
  quietly(() => finishCall(call, outcome, now));
  return outcome;
}
