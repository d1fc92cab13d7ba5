/**
 * One attempt: labelled, sent, and ended exactly once, with the place it takes.
 */

import {discard} from '../body/discard.ts';
import {endAttempt, runIn, startAttempt} from '../client/observe.ts';
import {isPromise, promiseOf} from '../core/awaitable.ts';
import type {AttemptKind} from '../core/call-view.ts';
import {withoutStack} from '../core/errors.ts';
import {answered, failed, type Outcome} from '../core/outcome.ts';
import {isNetworkFailure} from '../decide/failure-facts.ts';
import {type Ticket, UNGUARDED} from '../guards/breaker.ts';
import type {ConcurrencyLimit} from '../guards/concurrency.ts';
import type {Health} from '../guards/trip.ts';
import type {Sendable} from '../transport/transport.ts';
import {AttemptLink} from './attempt-timer.ts';
import type {CallState} from './state.ts';
import {runAll, step} from './wait.ts';

/** Who is told how an attempt ended: the call, or a race of two attempts. */
export interface AttemptOwner {
  settled(attempt: Attempt, outcome: Outcome): void;
}

/** Tells a fetch that its attempt lost a race. Nobody sees it, so one is enough. */
const SUPERSEDED = withoutStack(
  () => new DOMException('Another attempt of the call was answered first.', 'AbortError'),
);

export class Attempt extends AttemptLink {
  readonly number: number;
  /** The attempt that this one, a hedge, was sent beside. */
  readonly shadows: Attempt | null;
  /** What the breaker admitted it with, until it is told how the attempt ended. */
  #ticket: Ticket;
  #owner: AttemptOwner | null = null;
  #permit: ConcurrencyLimit | null;

  constructor(
    call: CallState,
    number: number,
    ticket: Ticket,
    permit: ConcurrencyLimit | null,
    shadows: Attempt | null = null,
  ) {
    super(call);
    this.number = number;
    this.#ticket = ticket;
    this.#permit = permit;
    this.shadows = shadows;
  }

  protected get hasEnded(): boolean {
    return this.#owner === null;
  }

  get kind(): AttemptKind {
    if (this.shadows !== null) return 'hedge';
    return this.number === 1 ? 'initial' : 'resend';
  }

  /** Sends. The owner hears of it exactly once, maybe before this returns. */
  start(owner: AttemptOwner, now: number): void {
    const {call} = this;
    this.#owner = owner;
    const {engine, wire} = call;
    const signal = this.link(now);
    if (wire.signal?.aborted) {
      this.handleEvent();
      return;
    }
    let request: Sendable;
    try {
      request = wire.next();
      call.label(request.headers);
    } catch (error) {
      this.end(failed('other', error, false)); // A header that is none, a body that is used.
      return;
    }
    if (engine.prepareAttempt !== null) return this.#prepare(engine.prepareAttempt, request, signal);
    const ready = request.ready?.();
    if (ready === undefined) this.#send(request, signal);
    else this.#sendWhen(ready, request, signal);
  }

  #prepare(
    prepare: NonNullable<CallState['engine']['prepareAttempt']>,
    request: Sendable,
    signal: AbortSignal | undefined,
  ): void {
    let prepared: ReturnType<typeof prepare>;
    try {
      prepared = prepare(this.call.describe(request.headers, this.number, signal));
    } catch (error) {
      return this.end(failed('hook', error, false));
    }
    if (!isPromise(prepared)) return this.#send(request, signal);
    promiseOf(prepared).then(
      () => step(this.call, () => this.#send(request, signal)),
      error => step(this.call, () => this.end(failed('hook', error, false))),
    );
  }

  /** The time of the attempt begins when the transport is ready. */
  #sendWhen(ready: Promise<void>, request: Sendable, signal: AbortSignal | undefined): void {
    const {clock} = this.call.engine;
    clock.disarm(this);
    ready.then(
      () =>
        step(this.call, () => {
          if (this.hasEnded) return;
          const now = clock.now();
          this.startTime(now);
          if (now >= this.call.deadlineAt) this.fire();
          else this.#send(request, signal);
        }),
      error => step(this.call, () => this.end(failed('other', error, false))),
    );
  }

  #send(request: Sendable, signal: AbortSignal | undefined): void {
    if (this.#owner === null) return; // Time ran out, or the caller left, while it was prepared.
    const {call} = this;
    if (call.trace !== null) {
      const {number, kind, shadows} = this;
      this.trace = startAttempt(call.trace, call, {number, kind, shadows: shadows?.trace ?? null}, request.headers);
    }
    this.reachedWire = true;
    let sent: Promise<Response>;
    try {
      sent = promiseOf(this.#put(request, signal));
    } catch (error) {
      return this.#failed(error);
    }
    this.#await(sent);
  }

  /** Answers with a promise; a fetch of the user's may answer with a thenable or with the response itself. */
  #put(request: Sendable, signal: AbortSignal | undefined): Promise<Response> {
    const {trace} = this;
    return trace === null ? request.send(signal, this.at) : runIn(trace, () => request.send(signal, this.at));
  }

  /** By callbacks: every promise between the wire and the caller costs a turn. In a function of its own: they hold the attempt alone. */
  #await(sent: Promise<Response>): void {
    sent.then(
      response => {
        try {
          this.#arrived(response);
        } catch (error) {
          this.call.broke(error);
        }
      },
      error => step(this.call, () => this.#failed(error)),
    );
  }

  /** Tells the breaker, once. */
  report(health: Health, now: number): void {
    this.call.guards.breaker?.record(this.#ticket, health, now);
    this.#ticket = UNGUARDED;
  }

  /** Frees its place under the concurrency limit: after the breaker has learnt of it, for the next in line asks the breaker. */
  leave(): void {
    this.#permit?.exit();
    this.#permit = null;
  }

  /** Another attempt of the call was answered first. Its owner does not want to hear of it any more. */
  supersede(): void {
    this.#owner = null;
    this.leave();
    if (this.trace !== null)
      endAttempt(this.trace, failed('aborted', SUPERSEDED, this.reachedWire), true, this.#latencyMs);
    this.drop(SUPERSEDED);
  }

  /** A step of the call threw: nothing of this attempt is kept. Harmless where it has ended. */
  abandon(reason: unknown): void {
    const wasRunning = this.#owner !== null;
    const {engine} = this.call;
    this.#owner = null;
    runAll(
      () => this.report('nothing', engine.clock.now()),
      () => this.leave(),
      () => this.drop(reason),
      () => discard(this.takeResponse(), engine.clock),
      () => {
        if (wasRunning && this.trace !== null)
          endAttempt(this.trace, failed('other', reason, this.reachedWire), false, this.#latencyMs);
      },
    );
  }

  #arrived(response: Response): void {
    if (this.#owner === null) {
      // It came after everyone left.
      discard(response, this.call.engine.clock);
      return;
    }
    const flaw = flawOf(response);
    if (flaw !== null) {
      this.#failed(new TypeError('The fetch of this client did not answer with a Response.', flaw));
      return;
    }
    if (!this.outlivesHeaders) this.unlink();
    this.end(answered(response));
  }

  #failed(error: unknown): void {
    const {signal} = this.call.wire;
    this.unlink();
    // A fetch that saw the signal first reports the abort itself.
    if (signal?.aborted) this.end(failed('aborted', signal.reason, this.reachedWire));
    else this.end(failed(failureKind(error), error, this.reachedWire));
  }

  protected end(outcome: Outcome): void {
    const owner = this.#owner;
    if (owner === null) return;
    this.#owner = null;
    this.response = outcome.response;
    if (this.trace !== null) endAttempt(this.trace, outcome, false, this.#latencyMs);
    if (outcome.response === null) this.unlink();
    owner.settled(this, outcome);
  }

  get #latencyMs(): number {
    return this.call.engine.clock.now() - this.startedAt;
  }
}

/** A fetch of the user's may have a timeout of its own, and says so by name. */
function failureKind(error: unknown): 'network' | 'attempt-timeout' | 'other' {
  if (isNetworkFailure(error)) return 'network';
  try {
    return (error as {name?: unknown} | null)?.name === 'TimeoutError' ? 'attempt-timeout' : 'other';
  } catch {
    return 'other'; // Its getter threw.
  }
}

/** A fetch of the user's may answer with anything. All that is read of it later is read here, where it may throw. */
function flawOf(response: Response): ErrorOptions | null {
  try {
    const {status, headers, body: _} = response;
    if (typeof status !== 'number') return {};
    // A Map says undefined where headers say null. What tests make up for a success has none, and needs none.
    if (!(status >= 400)) return null;
    const said: unknown = headers.get('retry-after');
    return said === null || typeof said === 'string' ? null : {};
  } catch (cause) {
    return {cause};
  }
}
