/**
 * One attempt: its time, its signal, its link to the caller's signal, and the place it takes.
 *
 * The link outlives the response: until the body is read, cancelled or out of time, the caller's abort and the attempt
 * timeout still reach it. An engine that lets go when the headers arrive looks faster, and lets a hanging body hang.
 */
import {isPromise} from '../core/awaitable.ts';
import type {AttemptKind} from '../core/call-view.ts';
import {TimeoutError, withoutStack} from '../core/errors.ts';
import type {AttemptObserver, BodyEnd, BodyObserver} from '../core/observer.ts';
import {answered, failed, type Outcome} from '../core/outcome.ts';
import {Timer} from '../core/timer.ts';
import {isNetworkFailure} from '../decide/failure-facts.ts';
import type {ConcurrencyLimit} from '../guards/concurrency.ts';
import type {BodyKeeper} from './body-keeper.ts';
import {linkBody} from './body-link.ts';
import {discard} from './discard.ts';
import type {CallState} from './state.ts';
import type {Sendable} from './wire.ts';

/** Who is told how an attempt ended: the call, or a race of two attempts. */
export interface AttemptOwner {
  settled(attempt: Attempt, outcome: Outcome): void;
}

type Limit = 'ATTEMPT_TIMEOUT' | 'DEADLINE_EXCEEDED' | 'IDLE_TIMEOUT';

/** Tells a fetch that its attempt lost a race. Nobody sees it, so one is enough. */
const SUPERSEDED = withoutStack(
  () => new DOMException('Another attempt of the call was answered first.', 'AbortError'),
);

export class Attempt extends Timer implements BodyKeeper {
  readonly call: CallState;
  readonly number: number;
  readonly kind: AttemptKind;
  /** What the breaker admitted it with. */
  readonly epoch: number;
  startedAt = 0;
  trace: AttemptObserver | null = null;
  /** The attempt that this one, a hedge, was sent beside. */
  readonly shadows: Attempt | null;
  #owner: AttemptOwner | null;
  #permit: ConcurrencyLimit | null;
  #controller: AbortController | null = null;
  #source: AbortSignal | null = null;
  #limit: Limit = 'ATTEMPT_TIMEOUT';
  #limitMs = Number.POSITIVE_INFINITY;
  #isStreaming = false;
  /** An error body never counts as a stream: clients read it on the way to an error, in whatever way. */
  #isErrorBody = false;
  /** Copies of the body that are still to be read: `clone()` makes two of one. */
  #readers = 1;
  #reachedWire = false;
  #body: BodyObserver | null = null;
  /** Of the reads that are pending. */
  #interrupts: ((error: unknown) => void)[] = NO_READS;

  constructor(
    call: CallState,
    number: number,
    kind: AttemptKind,
    epoch: number,
    permit: ConcurrencyLimit | null,
    owner: AttemptOwner,
    shadows: Attempt | null = null,
  ) {
    super();
    this.call = call;
    this.number = number;
    this.kind = kind;
    this.epoch = epoch;
    this.#permit = permit;
    this.#owner = owner;
    this.shadows = shadows;
  }

  /** Sends. The owner hears of it exactly once, maybe before this returns. */
  start(now: number): void {
    const {call} = this;
    const {engine, wire} = call;
    this.startedAt = now;
    const signal = this.#begin(now, wire.signal, wire.signalIsOurs);
    if (wire.signal?.aborted) {
      this.handleEvent();
      return;
    }
    let request: Sendable;
    try {
      request = wire.next();
      call.label(request.headers);
    } catch (error) {
      this.#end(failed('other', error, false)); // A header that is none, a body that is used.
      return;
    }
    try {
      const prepared = engine.prepareAttempt?.(call.describe(request.headers, this.number, signal));
      if (prepared !== undefined && isPromise(prepared)) {
        prepared.then(
          () => this.#send(request, signal),
          error => this.#end(failed('hook', error, false)),
        );
        return;
      }
    } catch (error) {
      this.#end(failed('hook', error, false));
      return;
    }
    this.#send(request, signal);
  }

  #begin(now: number, source: AbortSignal | null, sourceIsOurs: boolean): AbortSignal | undefined {
    const {attemptTimeoutMs} = this.call.plan;
    const leftMs = this.call.deadlineAt - now;
    this.#limit = leftMs < attemptTimeoutMs ? 'DEADLINE_EXCEEDED' : 'ATTEMPT_TIMEOUT';
    this.#limitMs = Math.min(leftMs, attemptTimeoutMs);
    const isTimed = this.#limitMs !== Number.POSITIVE_INFINITY;
    if (isTimed) this.call.engine.clock.arm(this, this.#limitMs, now);
    if (source !== null) {
      this.#source = source;
      source.addEventListener('abort', this);
    }
    if (!isTimed && !this.call.mayHedge && (source === null || sourceIsOurs)) return source ?? undefined;
    this.#controller = new AbortController();
    return this.#controller.signal;
  }

  #send(request: Sendable, signal: AbortSignal | undefined): void {
    if (this.#owner === null) return; // Time ran out, or the caller left, while it was prepared.
    const {call} = this;
    this.trace =
      call.trace?.startAttempt(
        call,
        {number: this.number, kind: this.kind, shadows: this.shadows?.trace ?? null},
        request.headers,
      ) ?? null;
    this.#reachedWire = true;
    let sent: Promise<Response>;
    // Callbacks, not await: every promise between the wire and the caller costs a turn.
    try {
      sent = this.trace === null ? request.send(signal, this.at) : this.trace.run(() => request.send(signal, this.at));
      if (!isPromise(sent)) throw new TypeError('The fetch of this client did not return a promise.');
    } catch (error) {
      this.#failed(error);
      return;
    }
    sent.then(
      response => this.#arrived(response),
      error => this.#failed(error),
    );
  }

  /** Time ran out: before the headers, while the body was read, or while its next chunk was awaited. */
  fire(): void {
    const limitMs = this.#limit === 'DEADLINE_EXCEEDED' ? this.call.deadlineMs : this.#limitMs;
    const error = this.call.wire.timeoutError(withoutStack(() => new TimeoutError(this.#limit, limitMs)));
    const interrupts = this.#interrupts;
    const kind = this.#limit === 'DEADLINE_EXCEEDED' ? 'deadline' : 'attempt-timeout';
    this.unlink(kind);
    this.#end(failed(kind, error, this.#reachedWire));
    this.#interrupt(error, interrupts);
  }

  /** The caller aborted. */
  handleEvent(): void {
    const reason = this.#source?.reason;
    const interrupts = this.#interrupts;
    this.unlink('aborted');
    this.#end(failed('aborted', reason, this.#reachedWire));
    this.#interrupt(reason, interrupts);
  }

  #interrupt(reason: unknown, pending: readonly ((error: unknown) => void)[]): void {
    this.#controller?.abort(reason);
    for (const interrupt of pending) interrupt(reason);
  }

  /** Frees its place under the concurrency limit: after the breaker has learnt of it, for the next in line asks the breaker. */
  leave(): void {
    this.#permit?.exit();
    this.#permit = null;
  }

  /** Another attempt of the call was answered first. Its owner does not want to hear of it any more. */
  supersede(): void {
    this.unlink();
    this.#owner = null;
    this.leave();
    this.trace?.end(failed('aborted', SUPERSEDED, this.#reachedWire), true, this.#latencyMs);
    this.#controller?.abort(SUPERSEDED);
  }

  /** The response waits while the call decides to go on: its time does not run, in case it becomes the answer after all. */
  shelve(): void {
    this.call.engine.clock.disarm(this);
  }

  /** The shelved response is the answer after all: its body gets an attempt's time again. */
  unshelve(): void {
    if (this.#controller !== null && this.#limitMs !== Number.POSITIVE_INFINITY && this.#readers > 0)
      this.call.engine.clock.arm(this, this.#limitMs);
  }

  /**
   * The response goes to the caller: its body is tied to what is left of the time. Nobody need read it, so its timer keeps no
   * process alive: a socket does, if any.
   */
  deliver(response: Response): void {
    if (this.#readers === 0) return;
    if (!linkBody(response, this)) return this.unlink();
    if (this.trace !== null) this.#body = this.trace.startBody?.() ?? null;
    const {engine, wire} = this.call;
    engine.clock.unref(this);
    if (this.armed && (wire.bodyGetsFreshTime || wire.bodyGraceMs)) this.#timeBody(wire.bodyGraceMs ?? 0);
  }

  #timeBody(graceMs: number): void {
    const {engine, wire, deadlineAt} = this.call;
    const now = engine.clock.now();
    const dueAt = wire.bodyGetsFreshTime && this.#limit === 'ATTEMPT_TIMEOUT' ? now + this.#limitMs : this.at;
    if (deadlineAt < dueAt) this.#limit = 'DEADLINE_EXCEEDED';
    engine.clock.arm(this, Math.min(dueAt, deadlineAt) + graceMs - now, now);
  }

  /** Lets go of timer and signal: nothing of this attempt is left. */
  unlink(how: BodyEnd = 'left'): void {
    this.#readers = 0;
    this.call.engine.clock.disarm(this);
    this.#source?.removeEventListener('abort', this);
    this.#source = null;
    this.#interrupts = NO_READS;
    const body = this.#body;
    this.#body = null;
    body?.end(how);
  }

  // The body, as body-link.ts sees it.

  streaming(): void {
    if (this.#isStreaming || this.#isErrorBody) return;
    this.#isStreaming = true;
    this.#limit = 'IDLE_TIMEOUT';
    this.#limitMs = this.call.plan.idleTimeoutMs;
    this.call.engine.clock.disarm(this);
  }

  awaitingChunk(): void {
    if (this.#isStreaming && this.#readers > 0) this.call.engine.clock.arm(this, this.#limitMs);
  }

  pending(interrupt: (error: unknown) => void): void {
    if (this.#readers === 0) return;
    this.#interrupts = [...this.#interrupts, interrupt];
    // Somebody waits for it now, and a body that comes from no socket keeps no process alive.
    this.call.engine.clock.ref(this);
  }

  chunkArrived(): void {
    this.#interrupts = NO_READS;
    if (this.#isStreaming) this.call.engine.clock.disarm(this);
  }

  cloned(): void {
    if (this.#readers > 0) this.#readers++;
  }

  readerLeft(): void {
    if (--this.#readers <= 0) this.unlink();
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
    this.#isErrorBody = this.call.engine.answers.isFailure(response.status);
    // Without a controller of ours, fetch has the caller's signal itself.
    if (this.#controller === null || !(this.armed || this.#source !== null)) this.unlink();
    this.#end(answered(response));
  }

  #failed(error: unknown): void {
    const {signal} = this.call.wire;
    this.unlink();
    // A fetch that saw the signal first reports the abort itself.
    if (signal?.aborted) this.#end(failed('aborted', signal.reason, this.#reachedWire));
    else this.#end(failed(failureKind(error), error, this.#reachedWire));
  }

  #end(outcome: Outcome): void {
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

/** Most attempts never have any. */
const NO_READS: ((error: unknown) => void)[] = [];

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
    const {status, body: _} = response;
    if (status >= 400) response.headers.get('retry-after');
    return typeof status === 'number';
  } catch {
    return false;
  }
}
