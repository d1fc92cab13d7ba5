/**
 * The deadline that a call inherits from the request in whose handler it is made. `steadfetch/server` knows that request and installs the
 * reader; without it no call inherits anything.
 */

/** @returns The time that the current request has left, in ms, 0 or less if its deadline has passed; Infinity without one. */
export type DeadlineReader = () => number;

let reader: DeadlineReader | null = null;

/** Called once, by what follows requests across asynchronous work. */
export function installDeadlineReader(read: DeadlineReader): void {
  reader = read;
}

/** The time that a call made now has left of the request it is made for, in ms; Infinity without such a request. */
export const inheritedMs = (): number => (reader === null ? Infinity : reader());
