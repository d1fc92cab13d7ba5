/** Calls of the observer port. What an observer throws, or rejects with, is caught, and changes nothing for the call. */

import {isPromise} from '../core/awaitable.ts';
import type {CallResult, CallView} from '../core/call-view.ts';
import {caught, complaintOf} from '../core/complaint.ts';
import type {GuardsView} from '../core/guard-snapshot.ts';
import type {
  AttemptObserver,
  AttemptStart,
  BodyObserver,
  CallEventFacts,
  CallEventName,
  CallObserver,
  HeaderBag,
  Observer,
  RpcEnd,
} from '../core/observer.ts';
import type {Outcome} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import type {Clock} from '../core/timer.ts';

const complain = complaintOf('an observer threw; the call goes on');

/** Calls a method that returns nothing. */
const tell = (work: () => void): void => caught(work, undefined, complain);

/** Calls a method that returns an observer. */
function ask<T>(work: () => T | null | undefined): T | null {
  const observer = caught(work, undefined, complain) ?? null;
  if (!isPromise(observer)) return observer;
  complain(new TypeError('An observer returned a promise.'));
  return null;
}

export function watch(observer: Observer | null, guards: GuardsView, clock: Clock): void {
  if (observer !== null) tell(() => observer.watch?.(guards, clock));
}

export function startCall(observer: Observer, call: CallView): CallObserver | null {
  return ask(() => observer.startCall(call));
}

export function emit(trace: CallObserver | null, name: CallEventName, facts: CallEventFacts): void {
  if (trace !== null) tell(() => trace.event(name, facts));
}

export function endCall(
  trace: CallObserver,
  call: CallView,
  outcome: Outcome,
  result: CallResult,
  reason: string,
  durationMs: number,
): void {
  tell(() => trace.end(call, outcome, result, reason, durationMs));
}

export function closeCall(trace: CallObserver, end: RpcEnd): void {
  tell(() => trace.closed?.(end));
}

export function startAttempt(
  trace: CallObserver,
  call: CallView,
  attempt: AttemptStart,
  headers: HeaderBag,
): AttemptObserver | null {
  return ask(() => trace.startAttempt(call, attempt, headers));
}

export function endAttempt(trace: AttemptObserver, outcome: Outcome, superseded: boolean, latencyMs: number): void {
  tell(() => trace.end(outcome, superseded, latencyMs));
}

export function noteFirstContent(trace: AttemptObserver, afterMs: number): void {
  tell(() => trace.firstContent?.(afterMs));
}

export function startBody(trace: AttemptObserver): BodyObserver | null {
  const body = ask(() => trace.startBody?.());
  return body === null ? null : {end: (how, error) => tell(() => body.end(how, error))};
}

/** Runs the work in the observer's context: exactly once, also where the observer throws before or after it, or forgets it. */
export function runIn<T>(trace: Pick<CallObserver, 'run'> | null, work: () => T): T {
  if (trace === null) return work();
  let result: (() => T) | undefined;
  const once = (): T => {
    result ??= attempted(work);
    return result();
  };
  try {
    trace.run(once);
  } catch (error) {
    quietly(() => {
      result?.(); // Throws what the work threw, which is no exception of the observer.
      complain(error);
    });
  }
  return once();
}

/** Returns or throws what the work did. */
function attempted<T>(work: () => T): () => T {
  try {
    const value = work();
    return () => value;
  } catch (thrown) {
    return () => {
      throw thrown;
    };
  }
}
