import {timeouts} from '../call/timeout-port.ts';
import {attemptTimeoutFor} from '../decide/attempt-timeout.ts';

/** Lets policies have `paid`. Every entry calls it itself; a program with a compiled policy calls it where overrides of a call set `paid`. */
export function usePaidAttempts(): void {
  timeouts.grown = attemptTimeoutFor;
}
