/**
 * What ties an attempt to its time and to the caller's signal: from before it is sent until its body is read, cancelled or out of
 * time. An engine that lets go when the headers arrive looks faster, and lets a hanging body hang.
 */

import {AttemptBody, type BodyLink} from '../body/attempt-body.ts';
import {discard} from '../body/discard.ts';
import {breakBody} from '../body/dropped-body.ts';
import {type HeldBody, holdBody} from '../body/held-body.ts';
import {linkBody} from '../body/track-response.ts';
import {startBody} from '../client/observe.ts';
import {TimeoutError, withoutStack} from '../core/errors.ts';
import type {AttemptObserver, BodyEnd} from '../core/observer.ts';
import {failed, type Outcome} from '../core/outcome.ts';
import {Timer} from '../core/timer.ts';
import type {Stopper} from '../transport/transport.ts';
import type {CallState} from './state.ts';
import {quietly, step} from './wait.ts';

type Limit = 'ATTEMPT_TIMEOUT' | 'DEADLINE_EXCEEDED' | 'IDLE_TIMEOUT';

/**
 * A limit that passes this much late, as a share of the limit and in milliseconds, counts as passed while the process was busy.
 * With less, the server had nearly all of the time to answer in, and the sockets were read after it: what is missing is missing.
 */
const LATE_RATIO = 0.1;
const LEAST_LATE_MS = 20;

export abstract class AttemptLink extends Timer implements BodyLink {
  readonly call: CallState;
  startedAt = 0;
  trace: AttemptObserver | null = null;
  reachedWire = false;
  /** The one that arrived, until it is given to the caller or dropped. */
  protected response: Response | null = null;
  #limit: Limit = 'ATTEMPT_TIMEOUT';
  /** Null where nobody could abort it, and once it is let go. */
  #controller: Stopper | null = null;
  #source: AbortSignal | null = null;
  /** Of the answer, once it is the caller's. */
  #body: AttemptBody | null = null;
  /** Of a response that waits, while it may become the answer. */
  #held: HeldBody | null = null;
  /** The time in which the process was too busy to read was added to the limit. That happens once. */
  #isExtended = false;

  constructor(call: CallState) {
    super();
    this.call = call;
  }

  /** Has an effect once. */
  protected abstract end(outcome: Outcome): void;
  protected abstract get hasEnded(): boolean;

  /** @returns The signal that its fetch gets. */
  protected link(now: number): AbortSignal | undefined {
    const {call} = this;
    const {signal, signalIsOurs} = call.wire;
    const isTimed = this.startTime(now);
    if (signal !== null) {
      this.#source = signal;
      signal.addEventListener('abort', this);
    }
    if (!isTimed && !call.mayHedge && (signal === null || signalIsOurs)) return signal ?? undefined;
    // `prepareAttempt` is shown the signal, so that has to be a real one.
    const {prepareAttempt} = call.engine;
    this.#controller = (prepareAttempt === null ? call.wire.stopper?.() : undefined) ?? new AbortController();
    return this.#controller.signal;
  }

  /** The time of the attempt begins. @returns Whether it has a limit. */
  protected startTime(now: number): boolean {
    const {deadlineAt, plan, engine} = this.call;
    this.startedAt = now;
    if (deadlineAt - now < plan.attemptTimeoutMs) this.#limit = 'DEADLINE_EXCEEDED';
    const limitMs = this.#limitMs;
    if (limitMs === Number.POSITIVE_INFINITY) return false;
    engine.clock.arm(this, Math.max(0, limitMs), now);
    return true;
  }

  /** What its timer was armed with, and what an error that says so tells. */
  get #limitMs(): number {
    const {plan, deadlineAt} = this.call;
    if (this.#limit === 'DEADLINE_EXCEEDED') return deadlineAt - this.startedAt;
    return this.#limit === 'IDLE_TIMEOUT' ? plan.idleTimeoutMs : plan.attemptTimeoutMs;
  }

  static {
    AttemptLink.prototype.waitsForSockets = true;
  }

  /** Time ran out: before the headers, while the body was read, or while its next chunk was awaited. */
  fire(lateMs = 0): void {
    step(this.call, () => this.#extends(lateMs) || this.#timeOut(lateMs));
  }

  #timeOut(lateMs: number): void {
    const isDeadline = this.#limit === 'DEADLINE_EXCEEDED';
    const limitMs = isDeadline ? this.call.deadlineMs : this.#limitMs;
    const isLate = lateMs >= Math.max(LEAST_LATE_MS, limitMs * LATE_RATIO);
    const timeout = withoutStack(() => new TimeoutError(this.#limit, limitMs, undefined, isLate ? lateMs : 0));
    this.#cut(isDeadline ? 'deadline' : 'attempt-timeout', this.call.wire.timeoutError(timeout), isLate);
  }

  /** An answer that came while the process was busy has a body that could not be read then: it gets the time that was lost. */
  #extends(lateMs: number): boolean {
    if (lateMs === 0 || this.#isExtended || !this.hasEnded || this.#limit === 'IDLE_TIMEOUT') return false;
    this.#isExtended = true;
    this.call.engine.clock.arm(this, lateMs);
    return true;
  }

  /** The caller aborted. */
  handleEvent(): void {
    step(this.call, () => this.#cut('aborted', this.#source?.reason, false));
  }

  #cut(kind: 'deadline' | 'attempt-timeout' | 'aborted', reason: unknown, isLate: boolean): void {
    const controller = this.#controller;
    const reads = this.#body?.reads ?? [];
    try {
      this.unlink(kind);
      this.end(failed(kind, reason, this.reachedWire, isLate));
    } finally {
      controller?.abort(reason);
      for (const interrupt of reads) interrupt(reason);
    }
  }

  /** Nobody waits for it any more; its fetch is told why. */
  protected drop(reason: unknown): void {
    const controller = this.#controller;
    try {
      this.unlink();
    } finally {
      controller?.abort(reason);
    }
  }

  /** The caller of this has it from now on. */
  protected takeResponse(): Response | null {
    const {response} = this;
    this.response = null;
    return response;
  }

  /** Only while somebody can still end it has it to be tied to its body: without a controller, fetch has the caller's signal itself. */
  protected get outlivesHeaders(): boolean {
    return this.#controller !== null && (this.armed || this.#source !== null);
  }

  /** The response waits while the call decides to go on: its time does not run, in case it becomes the answer after all. */
  shelve(): void {
    this.call.engine.clock.disarm(this);
  }

  /** The call waits: until it goes on the response holds no connection. Has an effect once. */
  hold(response: Response | null): void {
    if (response !== null) this.#held ??= holdBody(response, this.call.engine.clock);
  }

  /** The response is not the answer. */
  discard(response: Response | null): void {
    const held = this.#held;
    this.#held = null;
    this.unlink();
    if (held === null) discard(response, this.call.engine.clock);
    else held.discard();
  }

  /** The shelved response is the answer after all: its body gets an attempt's time again. */
  unshelve(): void {
    const limitMs = this.#limitMs;
    if (this.#controller !== null && limitMs !== Number.POSITIVE_INFINITY) this.call.engine.clock.arm(this, limitMs);
  }

  /**
   * The response goes to the caller: its body is tied to what is left of the time. Nobody need read it, so its timer keeps no
   * process alive: a socket does, if any.
   */
  deliver(response: Response): void {
    this.response = null;
    const dropped = this.#held?.release() ?? null;
    this.#held = null;
    if (dropped !== null) {
      breakBody(response, dropped);
      return this.unlink();
    }
    if (this.#controller === null) return;
    try {
      this.#tie(response);
    } catch {
      this.unlink(); // A response that cannot be watched is better than none.
    }
  }

  #tie(response: Response): void {
    if (response.body === null) return this.unlink();
    const {engine, wire} = this.call;
    const {bodyGetsFreshTime, bodyGraceMs = 0} = wire;
    const body = new AttemptBody(this, engine.answers.isFailure(response.status));
    if (!linkBody(response, body)) return this.unlink();
    if (this.trace !== null) body.trace = startBody(this.trace);
    this.#body = body;
    engine.clock.unref(this);
    if (this.armed && (bodyGetsFreshTime || bodyGraceMs > 0)) this.#timeBody(bodyGraceMs);
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
    const body = this.#body;
    this.#controller = null;
    this.#body = null;
    try {
      this.call.engine.clock.disarm(this);
    } finally {
      body?.end(how);
      this.#source?.removeEventListener('abort', this);
      this.#source = null;
    }
  }

  // What its body asks for. A clock that throws must not keep a chunk, or the end of the body, from its reader.

  limitSilence(): void {
    this.#limit = 'IDLE_TIMEOUT';
    this.endSilence();
  }

  bodyEnded(how?: BodyEnd): void {
    quietly(() => this.unlink(how));
    if (this.#source !== null) quietly(() => this.unlink(how)); // The clock or the signal threw.
  }

  startSilence(): void {
    quietly(() => this.call.engine.clock.arm(this, this.#limitMs));
  }

  endSilence(): void {
    quietly(() => this.call.engine.clock.disarm(this));
  }

  awaited(): void {
    quietly(() => this.call.engine.clock.ref(this));
  }
}
