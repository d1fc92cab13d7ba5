/**
 * A call from its first attempt to its end.
 *
 * Nine calls in ten end after one attempt: `FirstAttempt` admits it, sends it, and settles the call if it succeeded. A failure goes to
 * `retryLoop`: decide, wait, be admitted, send again.
 */
import type {RejectedError} from '../core/errors.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import {SUCCESS} from '../decide/classification.ts';
import type {Caller, Transport} from '../transport/transport.ts';
import type {Permit} from './admission.ts';
import {type Applicant, admit} from './admission.ts';
import {type Assessed, assess, learn, type Sent} from './assess.ts';
import {Attempt, type AttemptOwner} from './attempt.ts';
import type {CallContext} from './context.ts';
import {decideRetry, type Ended} from './decide-retry.ts';
import type {Refusal, RetryDecision} from './decision.ts';
import {breakCall, finishCall, noteSuccess, refusedOutcome, stoppedOutcome} from './finish.ts';
import {sendHedged} from './hedge.ts';
import {notifyAbandoned, notifyRejected, notifyScheduled} from './notify.ts';
import {type Admission, admitRetry, sendAdmitted} from './send.ts';
import {abortedBy} from './wait.ts';

/**
 * Sends until there is an answer or a reason to stop. The call is finished when the caller is told, maybe before this returns. The caller
 * is told by a method, not by a promise: each adapter makes the one promise that its caller gets.
 *
 * @param now The start of the call, where it has just begun.
 */
export function runCall<R extends AttemptResponse>(
  call: CallContext<R>,
  transport: Transport<R>,
  caller: Caller<R>,
  now?: number,
): void {
  call.transport = transport;
  new FirstAttempt(call, caller).begin(now);
}

/** The first attempt, by callbacks: nothing but the promise of the transport stands between it and the caller. */
class FirstAttempt<R extends AttemptResponse> implements Applicant, AttemptOwner<R> {
  readonly #call: CallContext<R>;
  readonly #caller: Caller<R>;
  #attempt: Attempt<R> | null = null;

  constructor(call: CallContext<R>, caller: Caller<R>) {
    this.#call = call;
    this.#caller = caller;
  }

  begin(start?: number): void {
    const call = this.#call;
    try {
      const now = start ?? call.client.clock.now();
      if (abortedBy(call.transport) !== null) this.left(true);
      else if (now >= call.deadlineAt) this.left(false);
      else admit(call, this, now);
    } catch (error) {
      this.broke(error);
    }
  }

  waiting(): void {}

  refused(refusal: Refusal, error: RejectedError): void {
    const call = this.#call;
    notifyRejected(call, error);
    this.#finish(refusedOutcome(call, refusal, error));
  }

  left(isAborted: boolean): void {
    this.#finish(stoppedOutcome(this.#call, isAborted));
  }

  admitted(permit: Permit, now: number): void {
    const call = this.#call;
    const attempt = new Attempt(call, call.attempts + 1, permit);
    this.#attempt = attempt;
    try {
      call.guards.budget?.callStarted(now);
      call.guards.hedge?.callStarted(now);
      call.attempts++;
      if (call.mayHedge) this.#retry(sendHedged(call, attempt, now));
      else attempt.start(this, now);
    } catch (error) {
      this.broke(error);
    }
  }

  ended(attempt: Attempt<R>, outcome: Outcome<R>): void {
    const sent = {attempt, outcome};
    try {
      if (this.#isSuccess(outcome)) this.#succeed(sent);
      else this.#retry(assess(this.#call, sent));
    } catch (error) {
      this.#settle(endBroken(this.#call, error, sent));
    }
  }

  /** Without asking anyone: no function of the user has a say. */
  #isSuccess({response, status}: Outcome<R>): boolean {
    const {answers, classify} = this.#call.client;
    return response !== null && classify === null && !answers.isFailure(status);
  }

  #succeed({attempt, outcome}: Sent<R>): void {
    learn(this.#call, attempt, outcome, SUCCESS);
    this.#settle(succeed(this.#call, attempt, outcome));
  }

  #retry(assessed: Promise<Assessed<R>>): void {
    void retryLoop(this.#call, assessed).then(outcome => this.#settle(outcome));
  }

  broke(error: unknown): void {
    this.#attempt?.abandon(error);
    this.#settle(endBroken(this.#call, error, null));
  }

  #finish(outcome: Outcome<R>): void {
    finishCall(this.#call, outcome);
    this.#settle(outcome);
  }

  #settle(outcome: Outcome<R>): void {
    if (outcome.response === null && !outcome.reachedTransport)
      quietly(() => this.#call.transport.unsent?.(outcome.error));
    quietly(() => this.#caller.settle(outcome));
  }
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
      if (classification === SUCCESS) return succeed(call, attempt, outcome);
      const decision: RetryDecision | Ended = await decideRetry(call, outcome, classification);
      if ('ended' in decision) return replace(call, last, decision.ended);
      if (decision.refusal !== null) return giveUp(call, last);
      notifyScheduled(call, decision);
      attempt.pauseTimeout();
      const admission: Admission = await admitRetry(call, last, decision.waitMs);
      if ('ended' in admission) return replace(call, last, admission.ended);
      if ('refusal' in admission) {
        call.decision = {...decision, refusal: admission.refusal};
        attempt.resumeTimeout();
        return giveUp(call, last);
      }
      last = await sendAdmitted(call, last, admission);
    }
  } catch (error) {
    return endBroken(call, error, held);
  }
}

function succeed<R extends AttemptResponse>(call: CallContext<R>, attempt: Attempt<R>, outcome: Outcome<R>) {
  noteSuccess(call);
  finishCall(call, outcome);
  attempt.deliver(outcome.response!);
  return outcome;
}

/** The last answer is the answer, not a new error in its place. */
function giveUp<R extends AttemptResponse>(call: CallContext<R>, {attempt, outcome}: Sent<R>): Outcome<R> {
  notifyAbandoned(call, call.decision!, outcome);
  finishCall(call, outcome);
  if (outcome.response !== null) attempt.deliver(outcome.response);
  return outcome;
}

/** The call ends otherwise than its last attempt did. */
function replace<R extends AttemptResponse>(call: CallContext<R>, last: Sent<R>, ended: Outcome<R>): Outcome<R> {
  last.attempt.discard(last.outcome.response);
  finishCall(call, ended);
  return ended;
}

function endBroken<R extends AttemptResponse>(call: CallContext<R>, error: unknown, held: Sent<R> | null): Outcome<R> {
  const {outcome, now} = breakCall(call, error, held);
  quietly(() => finishCall(call, outcome, now));
  return outcome;
}
