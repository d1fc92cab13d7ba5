/** Limits that several layers share. */

/** An attempt that would get less time than this is not sent. */
export const LEAST_ATTEMPT_MS = 50;

/** The longest time that a decision waits for the body of an error. Most bodies arrive in one packet with the headers. */
export const LONGEST_ERROR_READ_MS = 500;

/** A half-open breaker whose probes are in flight is asked again after about this time. */
export const PROBING_MS = 100;
