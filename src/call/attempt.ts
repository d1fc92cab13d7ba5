/**
 * One attempt, which is sent (attempt-request.ts) and ended exactly once. If its response is the answer, the attempt stays responsible for
 * the body until that is read, cancelled or out of time. An engine that stops at the headers looks faster, but lets a body hang.
 */
import type {HeldBody} from '../body/response-bodies.ts';
import {endAttempt, startAttempt} from '../client/observe.ts';
import type {AttemptKind} from '../core/call-view.ts';
import {withoutStack} from '../core/errors.ts';
import type {AttemptEndpoint, AttemptObserver, HeaderBag} from '../core/observer.ts';
import {type AttemptResponse, answered, failed, type Outcome, type StreamError} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import {keepScope, type Scope} from '../core/scope.ts';
import {failureKind} from '../decide/failure-facts.ts';
import {redactUrl} from '../decide/redact.ts';
import {type Ticket, UNGUARDED} from '../guards/breaker.ts';
import type {Guards} from '../guards/origin-guards.ts';
import type {QuotaReservation} from '../guards/quota-reservation.ts';
import type {Health} from '../guards/trip.ts';
import {type RequestOwner, sendRequest} from './attempt-request.ts';
import type {StreamOwner} from './attempt-stream.ts';
import {type CancelKind, type Cancellable, Cancellation} from './cancellation.ts';
import type {CallContext} from './context.ts';
import {reportIncomplete} from './report.ts';
import {discardResponse, responseFlaw} from './response.ts';
import {streams} from './stream-port.ts';

/** Notified of the end of an attempt: exactly one of the two methods is called. */
export interface AttemptOwner<R extends AttemptResponse> {
  ended(attempt: Attempt<R>, outcome: Outcome<R>): void;
  /** A step of the attempt threw. */
  broke(call: CallContext<R>, error: unknown): void;
}

/** The reason of the abort if another attempt was answered first. No caller sees it, so one object is enough. */
const SUPERSEDED = withoutStack(() => new DOMException('superseded', 'AbortError'));

export class Attempt<R extends AttemptResponse> implements Cancellable, RequestOwner<R>, StreamOwner<R> {
  readonly call: CallContext<R>;
  /** The guards of its endpoint, which another attempt of the call need not share. */
  readonly guards: Guards;
  /** 1 for the first. */
  readonly number: number;
  /** The attempt that this one, a hedge, was sent beside. */
  readonly shadowed: Attempt<R> | null;
  reachedTransport = false;
  /** Reports the end of the attempt to the breaker. */
  #ticket: Ticket;
  #recorded: Ticket = UNGUARDED;
  /** Whether the attempt has a place under the concurrency limit. */
  #hasPlace: boolean;
  /** The reservation of the quota; null without a quota. */
  readonly taken: QuotaReservation | null;
  readonly cancellation: Cancellation;
  /** A timer of many calls may end the attempt, or a signal of many. */
  readonly #scope: Scope = keepScope();
  span: AttemptObserver | null = null;
  #hasSpanEnded = false;
  /** Null before the attempt starts and once it has ended. */
  #owner: AttemptOwner<R> | null = null;
  /** The body of the response, while the call waits and the response may become the answer. */
  held: HeldBody | null = null;

  constructor(
    call: CallContext<R>,
    number: number,
    ticket: Ticket,
    taken: QuotaReservation | null,
    shadowed: Attempt<R> | null = null,
  ) {
    this.call = call;
    this.guards = call.guards;
    this.number = number;
    this.#ticket = ticket;
    this.#hasPlace = call.guards.concurrency !== null;
    this.taken = taken;
    this.shadowed = shadowed;
    this.cancellation = new Cancellation(this);
  }

  get kind(): AttemptKind {
    if (this.shadowed !== null) return 'hedge';
    return this.number === 1 ? 'initial' : 'retry';
  }

  get startedAt(): number {
    return this.cancellation.startedAt;
  }

  get isAnswered(): boolean {
    return this.#owner === null;
  }

  // Send.

  /** Sends the attempt. Notifies the owner of the end exactly once, maybe before this method returns. */
  start(owner: AttemptOwner<R>, now: number): void {
    const {call, cancellation} = this;
    const {callerSignal, passesCallerSignal, stop} = call.transport;
    this.#owner = owner;
    call.lastSentAt = now;
    const isTimed = cancellation.start(now) || call.plan.idleTimeoutMs < Infinity;
    this.guards.load?.begin(this);
    if (callerSignal !== null) {
      cancellation.listen(callerSignal);
      if (callerSignal.aborted) return;
    }
    if (stop?.aborted) return this.#end(failed('aborted', stop.reason, false));
    const isAbortable =
      isTimed || call.mayHedge || call.plan.policy.stream !== null || (callerSignal !== null && !passesCallerSignal);
    sendRequest(this, isAbortable);
  }

  unsent(kind: 'hook' | 'other', error: unknown): void {
    this.#end(failed(kind, error, false));
  }

  keep(): void {
    this.taken?.keep();
  }

  sending(headers: HeaderBag): AttemptObserver | null {
    const {call, guards, number, kind, shadowed, taken} = this;
    if (call.span !== null)
      this.span = startAttempt(
        call.span,
        call,
        {number, kind, shadows: shadowed?.span ?? null, endpoint: endpointOf(call, guards)},
        headers,
      );
    // Last, because observers and hooks take their time.
    taken?.sent(call.client.clock.now());
    this.reachedTransport = true;
    call.lastReachedTransport = true;
    return this.span;
  }

  onResponse(response: R): void {
    try {
      this.#arrived(response);
    } catch (error) {
      this.broke(error);
    }
  }

  onError(error: unknown): void {
    this.step(() => this.sendFailed(error));
  }

  // Ticket, place and reservation are given back, each once.

  /** Records in the breaker how the attempt ended. */
  record(health: Health, now: number): void {
    const {breaker} = this.guards;
    if (breaker !== null) {
      if (health === 'failure' && breaker.state(now) !== 'closed') this.call.retryState.failedProbes++;
      breaker.record(this.#ticket, health, now, this.startedAt);
    }
    this.#recorded = this.#ticket;
    this.#ticket = UNGUARDED;
  }

  /** The guards have counted a success: now they count a failure in its place. */
  bodyBroke(error: unknown): void {
    const {breaker, load} = this.guards;
    const now = this.call.client.clock.now();
    load?.broke(now);
    breaker?.bodyBroke(this.#recorded, now);
    reportIncomplete(this.call, error);
  }

  /** Called after the breaker was notified, because the next call in the queue asks the breaker. */
  freePlace(): void {
    this.guards.load?.end(this);
    if (!this.#hasPlace) return;
    this.guards.concurrency?.exit();
    this.#hasPlace = false;
  }

  /** Gives the reservation back if the attempt was not sent. */
  #refundUnsent(): void {
    if (this.taken !== null && !this.reachedTransport) this.taken.refund(this.call.client.clock.now());
  }

  // End.

  #arrived(response: R): void {
    if (this.#owner === null) return discardResponse(this, response); // It came too late.
    const flaw = responseFlaw(response);
    if (flaw !== null) return this.sendFailed(new TypeError('The fetch of this client gave no Response.', flaw));
    if (this.call.plan.policy.stream === null || !streams.begin!(this, response)) this.answer(response, null);
  }

  answer(response: R, streamError: StreamError | null): void {
    if (!this.cancellation.hasRequest) this.cancellation.release(); // Only the request itself can end the body.
    this.#end(answered(response, streamError));
  }

  sendFailed(error: unknown): void {
    const {callerSignal} = this.call.transport;
    this.cancellation.release();
    // A fetch that saw the signal first reports the abort itself.
    if (callerSignal?.aborted) this.#end(failed('aborted', callerSignal.reason, this.reachedTransport));
    else this.#end(failed(failureKind(error), error, this.reachedTransport));
  }

  cancelled(kind: CancelKind, reason: unknown, isLate: boolean): void {
    this.#end(failed(kind, reason, this.reachedTransport, isLate));
  }

  /** Has an effect only once. */
  #end(outcome: Outcome<R>): void {
    const owner = this.#owner;
    if (owner === null) return;
    this.#owner = null;
    try {
      this.#endSpan(outcome, false);
      if (outcome.response === null) this.cancellation.release();
    } catch (error) {
      this.abandon(error, outcome.response);
      return owner.broke(this.call, error);
    }
    owner.ended(this, outcome);
  }

  /** Another attempt of the call was answered first. The owner of this attempt is not notified of its end. */
  supersede(): void {
    this.#owner = null;
    this.freePlace();
    this.#refundUnsent();
    this.#endSpan(failed('aborted', SUPERSEDED, this.reachedTransport), true);
    this.cancellation.abort(SUPERSEDED);
  }

  /**
   * A step of the call threw: releases everything that the attempt holds. Harmless if the attempt has ended.
   *
   * @param response The response, if the caller did not get it.
   */
  abandon(reason: unknown, response: R | null = null): void {
    this.#owner = null;
    quietly(() => this.record('nothing', this.call.client.clock.now()));
    quietly(() => this.freePlace());
    quietly(() => this.#refundUnsent());
    quietly(() => this.cancellation.abort(reason));
    quietly(() => this.#endSpan(failed('other', reason, this.reachedTransport), false));
    quietly(() => discardResponse(this, response));
  }

  /** Has an effect only once. */
  #endSpan(outcome: Outcome<R>, isSuperseded: boolean): void {
    if (this.span === null || this.#hasSpanEnded) return;
    const latencyMs = this.call.client.clock.now() - this.startedAt;
    this.#hasSpanEnded = true;
    endAttempt(this.span, outcome, isSuperseded, latencyMs);
  }

  /** Runs work that a timer, a signal or a promise starts, where the attempt was made. Nothing above these catches an exception. */
  step(work: () => void): void {
    try {
      this.#scope.runInAsyncScope(work);
    } catch (error) {
      this.broke(error);
    }
  }

  /** A step threw. Has no effect once the attempt has ended, when only its body is left. */
  broke(error: unknown): void {
    const owner = this.#owner;
    if (owner === null) return;
    this.abandon(error);
    owner.broke(this.call, error);
  }
}

/** The endpoint, for observers; undefined where the call has one alone. */
function endpointOf<R extends AttemptResponse>(call: CallContext<R>, guards: Guards): AttemptEndpoint | undefined {
  const {failover, plan, url} = call;
  if (failover === null) return undefined;
  const {name, origin} = failover.endpointOf(guards);
  const moved = failover.urlAt(guards);
  return {name, origin, url: moved === null ? url : redactUrl(moved, plan.queryAllowList)};
}
