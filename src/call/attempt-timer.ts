/** The time limit of one attempt: of the attempt itself, then of its body, or of the silence between two chunks of the body. */
import type {BodyTimer} from '../body/tracked-body.ts';
import {TimeoutError, withoutStack} from '../core/errors.ts';
import {quietly} from '../core/quietly.ts';
import {Timer} from '../core/timer.ts';
import type {CallFacts} from './context.ts';

type Limit = 'ATTEMPT_TIMEOUT' | 'DEADLINE_EXCEEDED' | 'IDLE_TIMEOUT';

/** What is told that time ran out: before the headers, while the body was read, or while its next chunk was awaited. */
export interface Timed {
  readonly call: CallFacts;
  /** The headers have come. */
  readonly isAnswered: boolean;
  /** @param isLate The limit passed while the process was busy. */
  timedOut(kind: 'deadline' | 'attempt-timeout', error: TimeoutError, isLate: boolean): void;
  broke(error: unknown): void;
}

/**
 * A limit that passes this much late, as a share of the limit and in milliseconds, counts as passed while the process was busy.
 * With less, the server had nearly all of the time to answer in, and the sockets were read after it: what is missing is missing.
 */
const LATE_RATIO = 0.1;
const LEAST_LATE_MS = 20;

export class AttemptTimer extends Timer implements BodyTimer {
  startedAt = 0;
  readonly #attempt: Timed;
  #limit: Limit = 'ATTEMPT_TIMEOUT';
  /** The time in which the process was too busy to read was added to the limit. That happens once. */
  #isExtended = false;

  constructor(attempt: Timed) {
    super();
    this.#attempt = attempt;
  }

  static {
    AttemptTimer.prototype.waitsForSockets = true;
  }

  /** @returns Whether there is a limit. */
  start(now: number): boolean {
    const {deadlineAt, plan, client} = this.#attempt.call;
    this.startedAt = now;
    if (deadlineAt - now < plan.attemptTimeoutMs) this.#limit = 'DEADLINE_EXCEEDED';
    const limitMs = this.#limitMs;
    if (limitMs === Number.POSITIVE_INFINITY) return false;
    client.clock.arm(this, Math.max(0, limitMs), now);
    return true;
  }

  stop(): void {
    this.#attempt.call.client.clock.disarm(this);
  }

  /** The paused attempt is the answer after all: its body gets the time of an attempt again. */
  resume(): void {
    const limitMs = this.#limitMs;
    if (limitMs !== Number.POSITIVE_INFINITY) this.#attempt.call.client.clock.arm(this, limitMs);
  }

  /** The caller got the response. The timer keeps no process alive from now on, because the caller need not read the body. */
  limitBody(getsFreshTime: boolean, graceMs: number): void {
    const {clock} = this.#attempt.call.client;
    clock.unref(this);
    if (!this.armed || !(getsFreshTime || graceMs > 0)) return;
    const {deadlineAt} = this.#attempt.call;
    const now = clock.now();
    const dueAt = getsFreshTime && this.#limit === 'ATTEMPT_TIMEOUT' ? now + this.#limitMs : this.at;
    if (deadlineAt < dueAt) this.#limit = 'DEADLINE_EXCEEDED';
    clock.arm(this, Math.min(dueAt, deadlineAt) + graceMs - now, now);
  }

  override fire(lateMs = 0): void {
    try {
      if (!this.#extends(lateMs)) this.#timeOut(lateMs);
    } catch (error) {
      this.#attempt.broke(error);
    }
  }

  /** An answer that came while the process was busy has a body that could not be read then: it gets the time that was lost. */
  #extends(lateMs: number): boolean {
    if (lateMs === 0 || this.#isExtended || !this.#attempt.isAnswered || this.#limit === 'IDLE_TIMEOUT') return false;
    this.#isExtended = true;
    this.#attempt.call.client.clock.arm(this, lateMs);
    return true;
  }

  #timeOut(lateMs: number): void {
    const {call} = this.#attempt;
    const isDeadline = this.#limit === 'DEADLINE_EXCEEDED';
    const limitMs = isDeadline ? call.deadlineMs : this.#limitMs;
    const isLate = lateMs >= Math.max(LEAST_LATE_MS, limitMs * LATE_RATIO);
    const error = withoutStack(() => new TimeoutError(this.#limit, limitMs, undefined, isLate ? lateMs : 0));
    this.#attempt.timedOut(isDeadline ? 'deadline' : 'attempt-timeout', error, isLate);
  }

  /** What the timer was armed with, and what an error that says so names. */
  get #limitMs(): number {
    const {plan, deadlineAt} = this.#attempt.call;
    if (this.#limit === 'DEADLINE_EXCEEDED') return deadlineAt - this.startedAt;
    return this.#limit === 'IDLE_TIMEOUT' ? plan.idleTimeoutMs : plan.attemptTimeoutMs;
  }

  // What the body asks for. A clock that throws must not keep a chunk, or the end of the body, from its reader.

  limitSilence(): void {
    this.#limit = 'IDLE_TIMEOUT';
    this.endSilence();
  }

  startSilence(): void {
    quietly(() => this.#attempt.call.client.clock.arm(this, this.#limitMs));
  }

  endSilence(): void {
    quietly(() => this.stop());
  }

  keepAlive(): void {
    quietly(() => this.#attempt.call.client.clock.ref(this));
  }
}
