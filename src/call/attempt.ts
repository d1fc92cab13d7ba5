/**
 * One attempt: labelled, sent, and ended exactly once, with the place it takes.
 */
import {isPromise} from '../core/awaitable.ts';
import type {AttemptKind} from '../core/call-view.ts';
import {withoutStack} from '../core/errors.ts';
import {answered, failed, type Outcome} from '../core/outcome.ts';
import {isNetworkFailure} from '../decide/failure-facts.ts';
import type {ConcurrencyLimit} from '../guards/concurrency.ts';
import {AttemptLink} from './attempt-link.ts';
import {discard} from './discard.ts';
import type {CallState} from './state.ts';
import type {Sendable} from './wire.ts';

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
  /** What the breaker admitted it with. */
  readonly epoch: number;
  /** The attempt that this one, a hedge, was sent beside. */
  readonly shadows: Attempt | null;
  #owner: AttemptOwner | null;
  #permit: ConcurrencyLimit | null;

  constructor(
    call: CallState,
    number: number,
    epoch: number,
    permit: ConcurrencyLimit | null,
    owner: AttemptOwner,
    shadows: Attempt | null = null,
  ) {
    super(call);
    this.number = number;
    this.epoch = epoch;
    this.#permit = permit;
    this.#owner = owner;
    this.shadows = shadows;
  }

  get kind(): AttemptKind {
    if (this.shadows !== null) return 'hedge';
    return this.number === 1 ? 'initial' : 'resend';
  }

  /** Sends. The owner hears of it exactly once, maybe before this returns. */
  start(now: number): void {
    const {call} = this;
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
    if (engine.prepareAttempt === null) this.#send(request, signal);
    else this.#prepare(engine.prepareAttempt, request, signal);
  }

  #prepare(
    prepare: NonNullable<CallState['engine']['prepareAttempt']>,
    request: Sendable,
    signal: AbortSignal | undefined,
  ): void {
    const fail = (error: unknown): void => this.end(failed('hook', error, false));
    let prepared: ReturnType<typeof prepare>;
    try {
      prepared = prepare(this.call.describe(request.headers, this.number, signal));
    } catch (error) {
      return fail(error);
    }
    if (isPromise(prepared)) prepared.then(() => this.#send(request, signal), fail);
    else this.#send(request, signal);
  }

  #send(request: Sendable, signal: AbortSignal | undefined): void {
    if (this.#owner === null) return; // Time ran out, or the caller left, while it was prepared.
    const {call} = this;
    if (call.trace !== null) {
      const {number, kind, shadows} = this;
      this.trace = call.trace.startAttempt(call, {number, kind, shadows: shadows?.trace ?? null}, request.headers);
    }
    this.reachedWire = true;
    try {
      this.#await(this.#put(request, signal));
    } catch (error) {
      this.#failed(error);
    }
  }

  #put(request: Sendable, signal: AbortSignal | undefined): Promise<Response> {
    const {trace} = this;
    return trace === null ? request.send(signal, this.at) : trace.run(() => request.send(signal, this.at));
  }

  /** By callbacks: every promise between the wire and the caller costs a turn. In a function of its own: they hold the attempt alone. */
  #await(sent: Promise<Response>): void {
    if (!isPromise(sent)) throw new TypeError('The fetch of this client did not return a promise.');
    sent.then(
      response => this.#arrived(response),
      error => this.#failed(error),
    );
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
    this.trace?.end(failed('aborted', SUPERSEDED, this.reachedWire), true, this.#latencyMs);
    this.drop(SUPERSEDED);
  }

  #arrived(response: Response): void {
    if (this.#owner === null) {
      // It came after everyone left.
      discard(response, this.call.engine.clock);
      return;
    }
    if (!isResponse(response)) {
      this.#failed(new TypeError('The fetch of this client did not answer with a Response.'));
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
    if (outcome.response === null) this.unlink();
    this.trace?.end(outcome, false, this.#latencyMs);
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
function isResponse(response: Response): boolean {
  try {
    const {status, headers, body: _} = response;
    if (typeof status !== 'number') return false;
    // A Map says undefined where headers say null. What tests make up for a success has none, and needs none.
    if (!(status >= 400)) return true;
    const said: unknown = headers.get('retry-after');
    return said === null || typeof said === 'string';
  } catch {
    return false;
  }
}
