/** The steps between the decision to send and the end of the attempt. */
import {isPromise} from '../core/awaitable.ts';
import type {RejectedError} from '../core/errors.ts';
import {LONGEST_ERROR_READ_MS} from '../core/limits.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {harmless} from '../decide/classification.ts';
import type {Refusal} from '../decide/may-retry.ts';
import type {Ticket} from '../guards/breaker.ts';
import type {QuotaReservation} from '../guards/quota-reservation.ts';
import {admit} from './admission.ts';
import type {Applicant} from './applicant.ts';
import {type Assessed, assess, type Sent} from './assess.ts';
import {Attempt} from './attempt.ts';
import type {CallContext} from './context.ts';
import {stoppedOutcome} from './finish.ts';
import {hedges} from './hedge-port.ts';
import {notifyRejected} from './notify.ts';
import {discardResponse, holdResponse} from './response.ts';
import {isStopped, waitableMs, waitBeforeRetry} from './wait.ts';

export interface Admitted {
  /** The ticket of the breaker. */
  readonly ticket: Ticket;
  /** The reservation of the quota; null without a quota. */
  readonly taken: QuotaReservation | null;
  readonly now: number;
}

export type Admission =
  | Admitted
  /** A guard refused; `error` where that is a guard of the origin. */
  | {readonly refusal: Refusal; readonly error?: RejectedError}
  /** The caller aborted, or the deadline came. */
  | {readonly ended: Outcome<never>};

/** Waits, then asks for admission. */
export async function admitRetry<R extends AttemptResponse>(
  call: CallContext<R>,
  last: Sent<R>,
  waitMs: number,
): Promise<Admission> {
  const {client, transport} = call;
  if (!isStopped(transport)) {
    if (waitMs > 0) holdResponse(last.attempt, last.outcome.response);
    const leftMs = await waitForBody(call, waitMs);
    if (leftMs > 0 && transport.replayable === true) await waitBeforeRetry(call, leftMs);
  }
  const now = client.clock.now();
  if (isStopped(transport)) return {ended: stoppedOutcome(call, true)};
  if (client.handle.retriesDisabled) return {refusal: 'retries-disabled'};
  if (now >= call.deadlineAt) return {refusal: 'deadline'};
  const refusal = bodyRefusal(call);
  return refusal === null ? askAdmission(call, now, last) : {refusal};
}

/** Why the body, of which all that was coming has been read, is not sent again; null where it may be. */
export function bodyRefusal<R extends AttemptResponse>(call: CallContext<R>): Refusal | null {
  if (call.transport.replayable !== true) return 'body-not-replayable';
  return harmless(call.decision!.classification.sent) || call.mayRepeat ? null : 'may-have-acted';
}

/**
 * Waits for what is still coming of the request's body: for as long as the wait before the retry, and for at least as long as for the body of
 * an error. A caller that goes on writing may wait for the answer that is there.
 *
 * @returns What is left of the wait, in ms; 0 or less where nothing is.
 */
export async function waitForBody<R extends AttemptResponse>(call: CallContext<R>, waitMs: number): Promise<number> {
  const {client, transport} = call;
  const {replayable} = transport;
  if (!isPromise(replayable)) return waitMs;
  const since = client.clock.now();
  const longestMs = Math.min(Math.max(waitMs, LONGEST_ERROR_READ_MS), waitableMs(call, since));
  await waitBeforeRetry(call, longestMs, replayable);
  return waitMs - (client.clock.now() - since);
}

/** @param last Null where the caller has the last response already. */
export function askAdmission<R extends AttemptResponse>(
  call: CallContext<R>,
  now: number,
  last: Sent<R> | null,
): Promise<Admission> {
  return new Promise((resolve, reject) => {
    const applicant: Applicant<R> = {
      waiting: () => last !== null && holdResponse(last.attempt, last.outcome.response),
      admitted: (_call, ticket, at, taken) => {
        taken?.keep(); // Others that were admitted at the same time may be sent first.
        resolve({ticket, taken, now: at});
      },
      refused: (_call, refusal, error) => {
        notifyRejected(call, error);
        resolve({refusal, error});
      },
      left: (_call, isAborted) => {
        // A retry in the queue also stops waiting if retries are disabled.
        const isDisabled = !isAborted && call.attempts > 0 && call.client.handle.retriesDisabled;
        resolve(isDisabled ? {refusal: 'retries-disabled'} : {ended: stoppedOutcome(call, isAborted)});
      },
      broke: (_call, error) => reject(error),
    };
    admit(call, applicant, now);
  });
}

/** @param last Discarded only now: had the retry not been admitted, it would have been the answer. Null: there is none, or the caller has it. */
export async function sendAdmitted<R extends AttemptResponse>(
  call: CallContext<R>,
  last: Sent<R> | null,
  {ticket, taken, now}: Admitted,
): Promise<Assessed<R>> {
  const attempt = new Attempt(call, call.attempts + 1, ticket, taken);
  try {
    if (last !== null) discardResponse(last.attempt, last.outcome.response);
    if (call.attempts === 0) {
      call.guards.budget?.callStarted(now);
      call.guards.hedge?.callStarted(now);
    }
    call.lastReachedTransport = false;
    call.reservation?.spend();
    call.attempts++;
    const assessed = call.mayHedge
      ? await hedges.send!(call, attempt, now)
      : await assess(call, await sendAttempt(attempt, now));
    if (!assessed.attempt.reachedTransport) call.reservation?.unspend(call.client.clock.now());
    return assessed;
  } catch (error) {
    attempt.abandon(error);
    throw error;
  }
}

function sendAttempt<R extends AttemptResponse>(attempt: Attempt<R>, now: number): Promise<Sent<R>> {
  return new Promise((resolve, reject) => {
    attempt.start(
      {ended: (_attempt, outcome) => resolve({attempt, outcome}), broke: (_call, error) => reject(error)},
      now,
    );
  });
}
