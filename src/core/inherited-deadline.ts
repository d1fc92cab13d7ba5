/**
 * The deadline that a call inherits from the request in whose handler it is made. `steadfetch/server` knows that request and installs the
 * reader; without it no call inherits anything.
 */

/** The deadline of a request. */
export interface InheritedDeadline {
  /** The time that the request has left, in ms, 0 or less if its deadline has passed; Infinity without one. */
  readonly remainingMs: () => number;
  /** A time limit of a call has passed, this deadline or a shorter one. The caller gets this error. */
  readonly timedOut: (error: unknown) => void;
}

/** @returns That of the current request; undefined outside of one. */
export type DeadlineReader = () => InheritedDeadline | undefined;

let reader: DeadlineReader | null = null;

/** Called once, by what follows requests across asynchronous work. */
export function installDeadlineReader(read: DeadlineReader): void {
  reader = read;
}

/** That of the request for which a call is made now; undefined without such a request. */
export const inheritedDeadline = (): InheritedDeadline | undefined => reader?.();
