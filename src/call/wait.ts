/** The waits of a call. Each ends when its time is over, when the caller aborts, or when the transport forbids further attempts. */

import type {AbortSource} from '../core/abort-source.ts';
import {promiseOf} from '../core/awaitable.ts';
import {TimeoutError} from '../core/errors.ts';
import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import {failed, type Outcome} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import {keepScope, type Scope} from '../core/scope.ts';
import {Pause} from '../core/timer.ts';
import type {CallFacts} from './context.ts';

/** The parts of a transport that end a call between its attempts. */
export interface Stoppable {
  readonly callerSignal: AbortSource | null;
  readonly stop?: AbortSource;
}

/** Whether one of the two has aborted. */
export const isStopped = ({callerSignal, stop}: Stoppable): boolean | undefined =>
  callerSignal?.aborted || stop?.aborted;

/** The source that ends the waits of a call. */
export const signalOf = ({callerSignal, stop}: Stoppable): AbortSource | null => stop ?? callerSignal;

type Call = CallFacts & {readonly transport: Stoppable};

/** How a call ends when its caller aborts between two attempts. */
export const abortedOutcome = ({transport, attempts}: Call): Outcome<never> =>
  failed('aborted', signalOf(transport)?.reason, attempts > 0);

/** How a call ends when its deadline comes between two attempts. */
export const deadlineOutcome = (call: Call): Outcome<never> =>
  failed('deadline', call.timeoutError(new TimeoutError('DEADLINE_EXCEEDED', call.deadlineMs)), call.attempts > 0);

/**
 * A pause of a call. Another call may end it, or a timer or a signal of many: what follows runs where it began. None of them catches an
 * exception, so the pause passes it to the call.
 */
export abstract class CallPause extends Pause {
  readonly #scope: Scope;

  constructor(call: Call, ms: number) {
    const scope = keepScope(); // First: nothing may throw once the timer is armed.
    super(call.client.clock, ms, signalOf(call.transport));
    this.#scope = scope;
  }

  protected abstract override over(isAborted: boolean): void;
  protected abstract broke(error: unknown): void;

  override fire(): void {
    this.step(() => super.fire());
  }

  override handleEvent(): void {
    this.step(() => super.handleEvent());
  }

  step(work: () => void): void {
    try {
      this.#scope.runInAsyncScope(work);
    } catch (error) {
      quietly(() => this.end()); // The step may have thrown before it released its timer or listener.
      this.broke(error);
    }
  }
}

class CallWait extends CallPause {
  readonly #waits: Set<Pause>;
  protected override readonly over: (isAborted: boolean) => void;
  protected override readonly broke: (error: unknown) => void;

  /** @param waits Has the wait until it ends. */
  constructor(
    call: Call,
    ms: number,
    waits: Set<Pause>,
    over: (isAborted: boolean) => void,
    broke: (error: unknown) => void,
  ) {
    super(call, ms);
    this.#waits = waits;
    this.over = over;
    this.broke = broke;
    waits.add(this);
  }

  override end(): void {
    this.#waits.delete(this);
    super.end();
  }
}

/**
 * Waits before a retry. The caller's abort ends the wait, and so does `disableRetries()`.
 *
 * @param until Ends it, too. Never rejects.
 */
export const waitBeforeRetry = (call: Call, ms: number, until?: PromiseLike<unknown>): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const wait = new CallWait(call, ms, call.client.handle.waits, resolve, reject);
    until?.then(() => wait.fire());
  });

/** How long the call can wait. For a call that has just begun, exactly the number that was announced to the clock. */
export function waitableMs({startedAt, deadlineMs, deadlineAt}: CallFacts, now: number): number {
  return (now === startedAt ? deadlineMs : deadlineAt - now) - LEAST_ATTEMPT_MS;
}

/**
 * How long the call may wait in the line of a breaker, in ms; 0 or less if not at all, as where it may go to another endpoint. It leaves an
 * attempt its time, or half of the deadline: a probe that the deadline cuts off would not show that the origin is back.
 */
export function recoveryWaitMs(call: CallFacts, now: number): number {
  const line = call.guards.breaker?.line;
  if (!line || call.failover?.mayPassOver('breaker-open')) return 0;
  const {attemptTimeoutMs, deadlineMs} = call;
  return Math.min(line.waitableMs(call), waitableMs(call, now) - Math.min(attemptTimeoutMs, deadlineMs / 2));
}

/** A value, or how the call ended before there was one. */
export type Within<T> = {readonly value: T} | {readonly outcome: Outcome<never>};

/** Waits for a promise of the user, but not longer than the call lasts. */
export function within<T>(call: Call, promise: PromiseLike<T>): Promise<Within<T>> {
  const {waits} = call.retryState;
  const leftMs = call.deadlineAt - call.client.clock.now();
  return new Promise((resolve, reject) => {
    const wait = new CallWait(
      call,
      leftMs,
      waits,
      isAborted => resolve({outcome: isAborted ? abortedOutcome(call) : deadlineOutcome(call)}),
      reject,
    );
    const settle = (result: Within<T>): void => {
      if (waits.has(wait))
        wait.step(() => {
          wait.end();
          resolve(result);
        });
    };
    promiseOf(promise).then(
      value => settle({value}),
      error => settle({outcome: failed('hook', error)}),
    );
  });
}
