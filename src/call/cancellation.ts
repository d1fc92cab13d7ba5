/**
 * Cancels an attempt, and later the reading of its body: at a time limit, or when the caller aborts. The limit is that of the attempt, then
 * that of the first content of an event stream, that of its body, or that of the silence between two chunks.
 */
import type {ReadAhead} from '../body/response-bodies.ts';
import type {BodyTimer, TrackedBody} from '../body/tracked-body.ts';
import type {AbortListener, AbortSource} from '../core/abort-source.ts';
import {TimeoutError, withoutStack} from '../core/errors.ts';
import type {BodyEnd} from '../core/observer.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import {Timer} from '../core/timer.ts';
import type {TransportRequest} from '../transport/transport.ts';
import type {CallFacts} from './context.ts';

type Limit = TimeoutError['code'];

export type CancelKind = 'deadline' | 'attempt-timeout' | 'content-timeout' | 'aborted';

/** The attempt. */
export interface Cancellable {
  readonly call: CallFacts;
  /** The headers have come. */
  readonly isAnswered: boolean;
  /**
   * It is over, if no response came before. Its request is aborted next.
   *
   * @param isLate The limit passed while the process was busy.
   */
  cancelled(kind: CancelKind, reason: unknown, isLate: boolean): void;
  /** Runs work that a timer or a signal starts, where the attempt was made. */
  step(work: () => void): void;
  /** The connection of its response broke while the caller read the body, or the body is incomplete. */
  bodyBroke(error: unknown): void;
}

/**
 * A limit that passes this much late, as a share of the limit and in milliseconds, counts as passed while the process was busy.
 * With less, the server had nearly all of the time to answer in, and the sockets were read after it: what is missing is missing.
 */
const LATE_RATIO = 0.1;
const LEAST_LATE_MS = 20;

const KINDS: Readonly<Record<Limit, CancelKind>> = {
  ATTEMPT_TIMEOUT: 'attempt-timeout',
  DEADLINE_EXCEEDED: 'deadline',
  CONTENT_TIMEOUT: 'content-timeout',
  IDLE_TIMEOUT: 'attempt-timeout',
};

export class Cancellation extends Timer implements AbortListener, BodyTimer {
  startedAt = 0;
  readonly #attempt: Cancellable;
  #limit: Limit = 'ATTEMPT_TIMEOUT';
  /** The time in which the process was too busy to read was added to the limit. That happens once. */
  #isExtended = false;
  /** While it may be aborted. */
  #request: Pick<TransportRequest<AttemptResponse>, 'abort'> | null = null;
  /** While the caller's abort is listened to. */
  #callerSignal: AbortSource | null = null;
  /** The body of the answer, while the caller may read it. */
  #body: TrackedBody | null = null;
  /** The time left for the body, from its first read on; null: no limit. */
  #leftMs: number | null = null;

  constructor(attempt: Cancellable) {
    super();
    this.#attempt = attempt;
  }

  override get waitsForSockets(): boolean {
    return true;
  }

  /** @returns Whether there is a limit. */
  start(now: number): boolean {
    const {deadlineAt, attemptTimeoutMs, client} = this.#attempt.call;
    this.startedAt = now;
    if (deadlineAt - now < attemptTimeoutMs) this.#limit = 'DEADLINE_EXCEEDED';
    const limitMs = this.#limitMs;
    if (limitMs === Infinity) return false;
    client.clock.arm(this, Math.max(0, limitMs), now);
    return true;
  }

  /** Cancels at once where the signal has aborted. */
  listen(signal: AbortSource): void {
    this.#callerSignal = signal;
    signal.addEventListener('abort', this);
    if (signal.aborted) this.handleEvent();
  }

  aborts(request: Pick<TransportRequest<AttemptResponse>, 'abort'>): void {
    this.#request = request;
  }

  /** The beginning of the response's stream is read: that ends with the request. */
  alsoCancels(ahead: ReadAhead): void {
    const request = this.#request;
    if (request === null) return;
    this.#request = {
      abort(reason) {
        ahead.cancel(reason);
        request.abort(reason);
      },
    };
  }

  /** There is a request that it may abort. */
  get hasRequest(): boolean {
    return this.#request !== null;
  }

  /** The headers of an event stream came: its first content is awaited as long as the attempt has time, and no longer than this. */
  limitContent(ms: number): void {
    const {clock} = this.#attempt.call.client;
    const now = clock.now();
    if (this.armed && this.at <= now + ms) return;
    this.#limit = 'CONTENT_TIMEOUT';
    clock.arm(this, ms, now);
  }

  /** The content came: what is left of the attempt's time counts again. */
  endContentLimit(): void {
    if (this.#limit !== 'CONTENT_TIMEOUT') return;
    const {deadlineAt, attemptTimeoutMs, client} = this.#attempt.call;
    const attemptEndsAt = this.startedAt + attemptTimeoutMs;
    const endsAt = Math.min(deadlineAt, attemptEndsAt);
    this.#limit = deadlineAt < attemptEndsAt ? 'DEADLINE_EXCEEDED' : 'ATTEMPT_TIMEOUT';
    if (endsAt === Infinity) this.pause();
    else client.clock.arm(this, endsAt - client.clock.now());
  }

  /** The response waits while the call decides: its time does not run, in case it becomes the answer. */
  pause(): void {
    this.#attempt.call.client.clock.disarm(this);
  }

  /** The response is the answer after all: its body gets the time of an attempt again. */
  resume(): void {
    if (this.#request === null) return;
    const limitMs = this.#limitMs;
    if (limitMs !== Infinity) this.#attempt.call.client.clock.arm(this, limitMs);
  }

  /** The caller gets the response. What is left of the time counts while the caller reads: another answer may have to be read first. */
  limitBody(body: TrackedBody, getsFreshTime: boolean, graceMs: number, flows?: boolean): void {
    const {clock} = this.#attempt.call.client;
    this.#body = body;
    if (!this.armed) return;
    const {deadlineAt} = this.#attempt.call;
    const now = clock.now();
    const dueAt = getsFreshTime && this.#limit === 'ATTEMPT_TIMEOUT' ? now + this.#limitMs : this.at;
    if (deadlineAt < dueAt) this.#limit = 'DEADLINE_EXCEEDED';
    const leftMs = Math.min(dueAt, deadlineAt) + graceMs - now;
    this.#leftMs = leftMs > 0 ? leftMs : this.#limitMs; // The headers came while the process was busy.
    if (flows) clock.unref(this); // The caller need not read the body.
    if (flows || body.isRead) this.startReading();
    else this.pause();
  }

  override fire(lateMs = 0): void {
    this.#attempt.step(() => {
      if (!this.#extends(lateMs)) this.#timeOut(lateMs);
    });
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
    const limitMs = this.#limit === 'DEADLINE_EXCEEDED' ? call.deadlineMs : this.#limitMs;
    const isLate = lateMs >= Math.max(LEAST_LATE_MS, limitMs * LATE_RATIO);
    const error = withoutStack(() => new TimeoutError(this.#limit, limitMs, undefined, isLate ? lateMs : 0));
    this.#cancel(KINDS[this.#limit], call.timeoutError(error), isLate);
  }

  /** The caller aborted. */
  handleEvent(): void {
    this.#attempt.step(() => this.#cancel('aborted', this.#callerSignal?.reason, false));
  }

  #cancel(kind: CancelKind, reason: unknown, isLate: boolean): void {
    const request = this.#request;
    const body = this.#body;
    const reads = body?.reads ?? [];
    const abort = (): void => request?.abort(reason);
    try {
      // Time that passes while the caller does not read is no failure of the body.
      this.release(kind !== 'aborted' && body?.isRead === false ? 'left' : kind);
      this.#attempt.cancelled(kind, reason, isLate);
    } finally {
      if (body === null) abort();
      else body.abort(abort, reason);
      for (const interrupt of reads) interrupt(reason);
    }
  }

  /** Neither time nor the caller cancels anything from now on. */
  release(how: BodyEnd = 'left', error?: unknown): void {
    const body = this.#body;
    this.#request = null;
    this.#body = null;
    try {
      this.#attempt.call.client.clock.disarm(this);
    } finally {
      body?.close(how, error);
      if (how === 'network' && body !== null) this.#attempt.bodyBroke(error);
      this.#callerSignal?.removeEventListener('abort', this);
      this.#callerSignal = null;
    }
  }

  /** Aborts the request for another reason than time or the caller. */
  abort(reason: unknown): void {
    const request = this.#request;
    try {
      this.release();
    } finally {
      request?.abort(reason);
    }
  }

  /** The limit with which the timer was armed, for the message of its error. */
  get #limitMs(): number {
    const {plan, attemptTimeoutMs, deadlineAt} = this.#attempt.call;
    switch (this.#limit) {
      case 'ATTEMPT_TIMEOUT':
        return attemptTimeoutMs;
      case 'DEADLINE_EXCEEDED':
        return deadlineAt - this.startedAt;
      case 'CONTENT_TIMEOUT':
        return plan.contentTimeoutMs;
      default:
        return plan.idleTimeoutMs;
    }
  }

  // Calls from the body. An exception of a clock or a signal must not keep a chunk, or the end of the body, from its reader.

  startReading(): void {
    const leftMs = this.#leftMs;
    if (leftMs !== null) this.#attempt.call.client.clock.arm(this, leftMs);
  }

  limitSilence(): void {
    this.#limit = 'IDLE_TIMEOUT';
    this.endSilence();
  }

  startSilence(leftMs: number = this.#limitMs): void {
    quietly(() => this.#attempt.call.client.clock.arm(this, leftMs));
  }

  get silenceLeftMs(): number | undefined {
    return this.armed ? Math.max(0, this.at - this.#attempt.call.client.clock.now()) : undefined;
  }

  endSilence(): void {
    quietly(() => this.pause());
  }

  bodyEnded(how?: BodyEnd, error?: unknown): void {
    quietly(() => this.release(how, error));
    if (this.#callerSignal !== null) quietly(() => this.release(how));
  }
}
