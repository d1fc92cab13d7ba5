/** Calls of the observer port. What an observer throws is caught, and changes nothing for the call. */
import type {CallResult, CallView} from '../core/call-view.ts';
import type {GuardsView} from '../core/guard-snapshot.ts';
import type {
  AttemptObserver,
  AttemptStart,
  BodyEnd,
  BodyObserver,
  CallEventFacts,
  CallEventName,
  CallObserver,
  HeaderBag,
  Observer,
  RpcEnd,
} from '../core/observer.ts';
import type {Outcome} from '../core/outcome.ts';
import type {Clock} from '../core/timer.ts';

let hasComplained = false;

function complain(error: unknown): null {
  if (!hasComplained)
    console.error('steadfetch: an observer threw; the call goes on. Later exceptions are not reported.', error);
  hasComplained = true;
  return null;
}

export function watch(observer: Observer | null, guards: GuardsView, clock: Clock): void {
  try {
    observer?.watch?.(guards, clock);
  } catch (error) {
    complain(error);
  }
}

export function startCall(observer: Observer, call: CallView): CallObserver | null {
  try {
    return observer.startCall(call) ?? null;
  } catch (error) {
    return complain(error);
  }
}

export function emit(trace: CallObserver | null, name: CallEventName, facts: CallEventFacts): void {
  if (trace === null) return;
  try {
    trace.event(name, facts);
  } catch (error) {
    complain(error);
  }
}

export function endCall(
  trace: CallObserver,
  call: CallView,
  outcome: Outcome,
  result: CallResult,
  reason: string,
  durationMs: number,
): void {
  try {
    trace.end(call, outcome, result, reason, durationMs);
  } catch (error) {
    complain(error);
  }
}

export function closeCall(trace: CallObserver, end: RpcEnd): void {
  try {
    trace.closed?.(end);
  } catch (error) {
    complain(error);
  }
}

export function startAttempt(
  trace: CallObserver,
  call: CallView,
  attempt: AttemptStart,
  headers: HeaderBag,
): AttemptObserver | null {
  try {
    return trace.startAttempt(call, attempt, headers) ?? null;
  } catch (error) {
    return complain(error);
  }
}

export function endAttempt(trace: AttemptObserver, outcome: Outcome, superseded: boolean, latencyMs: number): void {
  try {
    trace.end(outcome, superseded, latencyMs);
  } catch (error) {
    complain(error);
  }
}

export function noteFirstContent(trace: AttemptObserver, afterMs: number): void {
  try {
    trace.firstContent?.(afterMs);
  } catch (error) {
    complain(error);
  }
}

export function startBody(trace: AttemptObserver): BodyObserver | null {
  try {
    const body = trace.startBody?.() ?? null;
    return body === null ? null : {end: how => endBody(body, how)};
  } catch (error) {
    return complain(error);
  }
}

function endBody(body: BodyObserver, how: BodyEnd): void {
  try {
    body.end(how);
  } catch (error) {
    complain(error);
  }
}

/** Runs the work in the observer's context: exactly once, also where the observer throws before or after it, or forgets it. */
export function runIn<T>(trace: Pick<CallObserver, 'run'> | null, work: () => T): T {
  if (trace === null) return work();
  let done: {readonly value: T} | {readonly thrown: unknown} | undefined;
  try {
    trace.run(() => {
      done ??= attempted(work);
      if ('thrown' in done) throw done.thrown;
      return done.value;
    });
  } catch (error) {
    if (done === undefined || !('thrown' in done)) complain(error);
  }
  done ??= attempted(work);
  if ('thrown' in done) throw done.thrown;
  return done.value;
}

function attempted<T>(work: () => T): {readonly value: T} | {readonly thrown: unknown} {
  try {
    return {value: work()};
  } catch (thrown) {
    return {thrown};
  }
}
