/** Functions of the user beside a call: what they throw ends no call, and the first of it is written to the console. */
import {isPromise} from './awaitable.ts';

/** Writes the first exception of a function of the user to the console, and none of its later ones. */
export function complaintOf(what: string): (error: unknown) => void {
  let hasComplained = false;
  return error => {
    if (!hasComplained) console.error(`steadfetch: ${what}. Later exceptions are not reported.`, error);
    hasComplained = true;
  };
}

/** @returns What the function returns; undefined where it throws. An async function fits the types: what it rejects with is caught, too. */
export function caught<Value, Result>(
  run: (value: Value) => Result,
  value: Value,
  complain: (error: unknown) => void,
): Result | undefined {
  try {
    const said = run(value);
    if (isPromise(said)) said.then(undefined, complain);
    return said;
  } catch (error) {
    complain(error);
    return undefined;
  }
}
