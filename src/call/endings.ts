/** The two ways a call ends between its attempts, and the wait for a function of the user's that can end so. */
import {promiseOf} from '../core/awaitable.ts';
import {TimeoutError} from '../core/errors.ts';
import {failed, type Outcome} from '../core/outcome.ts';
import type {CallState} from './state.ts';
import {step, Wait} from './wait.ts';

/** The caller's signal aborted. */
export function aborted({wire, attempts}: CallState): Outcome {
  return failed('aborted', wire.signal?.reason, attempts > 0);
}

/** The deadline came. */
export function late({wire, deadlineMs, attempts}: CallState): Outcome {
  const error = new TimeoutError('DEADLINE_EXCEEDED', deadlineMs);
  return failed('deadline', wire.timeoutError(error), attempts > 0);
}

/** Waits for a promise of the user's, but not longer than the call lasts. Exactly one of the two is called. */
export function until<T>(
  call: CallState,
  promise: PromiseLike<T>,
  then: (value: T) => void,
  otherwise: (outcome: Outcome) => void,
): void {
  let isWaiting = true;
  const leftMs = call.deadlineAt - call.engine.clock.now();
  const wait = new Wait(
    call,
    leftMs,
    isAborted => otherwise(isAborted ? aborted(call) : late(call)),
    () => {
      isWaiting = false;
    },
  );
  const once = (act: () => void): void => {
    if (!isWaiting) return;
    step(call, () => {
      wait.end();
      act();
    });
  };
  promiseOf(promise).then(
    value => once(() => then(value)),
    error => once(() => otherwise(failed('hook', error))),
  );
}
