/**
 * One attempt: labelled, sent, and ended exactly once; then, if its response is the answer, tied to the body until that is read,
 * cancelled or out of time. An engine that lets go when the headers arrive looks faster, and lets a hanging body hang.
 */
import type {HeldBody, ReadAhead} from '../body/response-bodies.ts';
import type {BeginningEnd} from '../body/stream-beginning.ts';
import {endAttempt, noteFirstContent, runIn, startAttempt} from '../client/observe.ts';
import type {Ports} from '../client/ports.ts';
import {isPromise, promiseOf} from '../core/awaitable.ts';
import type {AttemptKind} from '../core/call-view.ts';
import {withoutStack} from '../core/errors.ts';
import type {AttemptObserver} from '../core/observer.ts';
import {type AttemptResponse, answered, failed, type Outcome, type StreamError} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import {failureKind} from '../decide/failure-facts.ts';
import {type Ticket, UNGUARDED} from '../guards/breaker.ts';
import type {QuotaReservation} from '../guards/quota.ts';
import type {Health} from '../guards/trip.ts';
import {PreparedHeaders} from '../transport/prepared-headers.ts';
import type {TransportRequest} from '../transport/transport.ts';
import {type AttemptStream, openStream} from './attempt-stream.ts';
import {type CancelKind, type Cancellable, Cancellation} from './cancellation.ts';
import type {CallContext} from './context.ts';
import {writeIds} from './ids.ts';
import {discardResponse, responseFlaw} from './response.ts';

/** Notified how an attempt ended: exactly one of the two methods is called. */
export interface AttemptOwner<R extends AttemptResponse> {
  ended(attempt: Attempt<R>, outcome: Outcome<R>): void;
  /** A step of the attempt threw. */
  broke(call: CallContext<R>, error: unknown): void;
}

/** The reason of the abort where another attempt was answered first. It is shown to no caller, so one is enough. */
const SUPERSEDED = withoutStack(
  () => new DOMException('Another attempt of the call was answered first.', 'AbortError'),
);

export class Attempt<R extends AttemptResponse> implements Cancellable {
  readonly call: CallContext<R>;
  /** 1 for the first. */
  readonly number: number;
  /** The attempt that this one, a hedge, was sent beside. */
  readonly shadowed: Attempt<R> | null;
  reachedTransport = false;
  /** Reports the end of the attempt to the breaker. */
  #ticket: Ticket;
  /** Whether it has a place under the concurrency limit. */
  #hasPlace: boolean;
  /** What it took of the quota; null where the origin has none. */
  readonly taken: QuotaReservation | null;
  readonly cancellation: Cancellation;
  #span: AttemptObserver | null = null;
  /** Null before the attempt starts and once it has ended. */
  #owner: AttemptOwner<R> | null = null;
  /** Of a response that waits, while it may become the answer. */
  held: HeldBody | null = null;

  constructor(
    call: CallContext<R>,
    number: number,
    ticket: Ticket,
    taken: QuotaReservation | null,
    shadowed: Attempt<R> | null = null,
  ) {
    this.call = call;
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
    const {transport, client} = call;
    const {callerSignal, passesCallerSignal, stop} = transport;
    this.#owner = owner;
    const isTimed = cancellation.start(now);
    if (callerSignal !== null) {
      cancellation.listen(callerSignal);
      if (callerSignal.aborted) return;
    }
    if (stop?.aborted) return this.#end(failed('aborted', stop.reason, false));
    const isAbortable =
      isTimed || call.mayHedge || call.plan.policy.stream !== null || (callerSignal !== null && !passesCallerSignal);
    let request: TransportRequest<R>;
    try {
      request = transport.next(isAbortable);
      writeIds(call, request.headers);
    } catch (error) {
      return this.#end(failed('other', error, false)); // An invalid header, a body that is used.
    }
    if (isAbortable) cancellation.aborts(request);
    if (client.prepareAttempt !== null) return this.#prepare(client.prepareAttempt, request);
    const ready = request.ready?.();
    if (ready === undefined) this.#send(request);
    else this.#sendWhen(ready, request);
  }

  #prepare(prepare: NonNullable<Ports<R>['prepareAttempt']>, request: TransportRequest<R>): void {
    let prepared: ReturnType<typeof prepare>;
    try {
      const headers = new PreparedHeaders(request.headers);
      const {method, rawUrl: url, retryState} = this.call;
      const {previousStatus} = retryState;
      retryState.prepared = headers;
      prepared = prepare({method, url, headers, attempt: this.number, previousStatus, signal: request.signal});
    } catch (error) {
      return this.#end(failed('hook', error, false));
    }
    if (!isPromise(prepared)) return this.#send(request);
    promiseOf(prepared).then(
      () => this.#step(() => this.#send(request)),
      error => this.#step(() => this.#end(failed('hook', error, false))),
    );
  }

  /** The time of the attempt begins when the transport is ready. */
  #sendWhen(ready: Promise<void>, request: TransportRequest<R>): void {
    this.cancellation.pause();
    const send = (): void => {
      if (this.#owner === null) return;
      const now = this.call.client.clock.now();
      this.cancellation.start(now);
      if (now >= this.call.deadlineAt) this.cancellation.fire();
      else this.#send(request);
    };
    ready.then(
      () => this.#step(send),
      error => this.#step(() => this.#end(failed('other', error, false))),
    );
  }

  #send(request: TransportRequest<R>): void {
    if (this.#owner === null) return; // Time ran out, or the caller aborted, while it was prepared.
    const {call, number, kind, shadowed} = this;
    if (call.span !== null)
      this.#span = startAttempt(call.span, call, {number, kind, shadows: shadowed?.span ?? null}, request.headers);
    this.reachedTransport = true;
    call.lastReachedTransport = true;
    const span = this.#span;
    const {at} = this.cancellation;
    let sent: Promise<R>;
    try {
      // A custom fetch may answer with a thenable or with the response itself.
      sent = promiseOf(span === null ? request.send(at) : sendIn(span, request, at));
    } catch (error) {
      return this.#failed(error);
    }
    // Callbacks, because every promise between the transport and the caller costs a tick; bound, because two closures and their context are
    // 70 bytes more of a call that waits.
    sent.then(this.#onResponse.bind(this), this.#onError.bind(this));
  }

  #onResponse(response: R): void {
    try {
      this.#arrived(response);
    } catch (error) {
      this.broke(error);
    }
  }

  #onError(error: unknown): void {
    try {
      this.#failed(error);
    } catch (thrown) {
      this.broke(thrown);
    }
  }

  get span(): AttemptObserver | null {
    return this.#span;
  }

  // What admitted it is given back, each once.

  /** Records in the breaker how the attempt ended. */
  record(health: Health, now: number): void {
    this.call.guards.breaker?.record(this.#ticket, health, now);
    this.#ticket = UNGUARDED;
  }

  /** Called after the breaker was notified, because the next call in the queue asks the breaker. */
  freePlace(): void {
    if (!this.#hasPlace) return;
    this.call.guards.concurrency?.exit();
    this.#hasPlace = false;
  }

  /** What it took of the quota, if it was not sent. */
  #refundUnsent(): void {
    if (this.taken !== null && !this.reachedTransport) this.taken.refund(this.call.client.clock.now());
  }

  // End.

  #arrived(response: R): void {
    const {transport, client} = this.call;
    if (this.#owner === null) return transport.bodies.discard(response, client.clock); // It came too late.
    const flaw = responseFlaw(response);
    if (flaw !== null)
      return this.#failed(new TypeError('The fetch of this client did not answer with a Response.', flaw));
    const stream = openStream(this.call, response);
    if (stream === null) return this.#answer(response, null);
    this.cancellation.alsoCancels(stream.ahead);
    if (stream.settings.commit === 'content') return this.#awaitContent(response, stream);
    stream.ahead.release();
    this.#answer(response, null);
  }

  #answer(response: R, streamError: StreamError | null): void {
    if (!this.cancellation.isPossible) this.cancellation.release(); // Nothing can end its body but the request itself.
    this.#end(answered(response, streamError));
  }

  /** The response is held until its first content. */
  #awaitContent(response: R, {settings, ahead}: AttemptStream): void {
    if (settings.firstContentMs !== null) this.cancellation.limitContent(settings.firstContentMs);
    ahead.read().then(
      end => this.#step(() => this.#begun(response, ahead, end)),
      error => this.#step(() => this.#failed(error)),
    );
  }

  #begun(response: R, ahead: ReadAhead, end: BeginningEnd): void {
    if (this.#owner === null) return; // Time ran out, or the caller aborted, while the stream was read.
    ahead.release();
    this.cancellation.endContentLimit();
    if (end.kind === 'content') this.#noteContent();
    this.#answer(response, end.kind === 'error' ? end.error : null);
  }

  #noteContent(): void {
    const afterMs = this.call.client.clock.now() - this.startedAt;
    this.call.retryState.firstContentMs = afterMs;
    if (this.#span !== null) noteFirstContent(this.#span, afterMs);
  }

  #failed(error: unknown): void {
    const {callerSignal} = this.call.transport;
    this.cancellation.release();
    // A fetch that saw the signal first reports the abort itself.
    if (callerSignal?.aborted) this.#end(failed('aborted', callerSignal.reason, this.reachedTransport));
    else this.#end(failed(failureKind(error), error, this.reachedTransport));
  }

  cancelled(kind: CancelKind, reason: unknown, isLate: boolean): void {
    this.#end(failed(kind, reason, this.reachedTransport, isLate));
  }

  /** Has an effect once. */
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
   * A step of the call threw: nothing of this attempt is kept. Harmless where it has ended.
   *
   * @param response What came, if the caller has not got it.
   */
  abandon(reason: unknown, response: R | null = null): void {
    const isRunning = this.#owner !== null;
    this.#owner = null;
    quietly(() => this.record('nothing', this.call.client.clock.now()));
    quietly(() => this.freePlace());
    quietly(() => this.#refundUnsent());
    quietly(() => this.cancellation.abort(reason));
    quietly(() => {
      if (isRunning) this.#endSpan(failed('other', reason, this.reachedTransport), false);
    });
    quietly(() => discardResponse(this, response));
  }

  #endSpan(outcome: Outcome<R>, isSuperseded: boolean): void {
    if (this.#span === null) return;
    endAttempt(this.#span, outcome, isSuperseded, this.call.client.clock.now() - this.startedAt);
  }

  /** Nothing above a timer, a signal or a promise catches an exception. */
  #step(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.broke(error);
    }
  }

  /** Once the attempt has ended, what is left of it is a body. */
  broke(error: unknown): void {
    const owner = this.#owner;
    if (owner === null) return;
    this.abandon(error);
    owner.broke(this.call, error);
  }
}

function sendIn<R extends AttemptResponse>(
  span: AttemptObserver,
  request: TransportRequest<R>,
  at: number,
): Promise<R> {
  return runIn(span, () => request.send(at));
}
